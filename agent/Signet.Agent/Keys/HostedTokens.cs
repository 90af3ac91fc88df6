using Signet.Agent.Configuration;
using Signet.Protocol.V1;
using Signet.Tokens.Host;

namespace Signet.Agent.Keys;

/// <summary>What the token hosts of a configuration serve and to whom.</summary>
internal static class HostedTokens
{
    /// <summary>The options of every host: of the tokens first, then of the PFX files.</summary>
    public static IEnumerable<TokenHostOptions> Of(SignetConfiguration configuration) =>
        configuration.Tokens.Select(token => Of(configuration, token)).Concat(
            configuration.Keys.Where(key => key.Pfx is not null).Select(key => Of(configuration, key)));

    /// <summary>The keys that a configuration uses on a token.</summary>
    public static IReadOnlyList<KeySelector> Keys(SignetConfiguration configuration, string token) =>
        [.. configuration.Keys.Where(key => key.Token == token).Select(SelectorOf).DistinctBy(selector => selector.Reference)];

    /// <summary>How a key is found on its token.</summary>
    public static KeySelector SelectorOf(KeyConfiguration key) => new(key.Label, key.Id)
    {
        ExpectedPublicKey = key.CertificateChain is [var leaf, ..] ? leaf.PublicKey.ExportSubjectPublicKeyInfo() : [],
    };

    /// <summary>What the key is asked for under at its token host.</summary>
    public static string ReferenceOf(KeyConfiguration key) =>
        key.Pfx is not null ? key.Name : new KeySelector(key.Label, key.Id).Reference;

    private static TokenHostOptions Of(SignetConfiguration configuration, TokenConfiguration token) =>
        Common(configuration, token.Name) with
        {
            Pkcs11 = new Pkcs11TokenOptions
            {
                ModulePath = token.Module,
                InitArguments = token.InitArguments,
                Label = token.Label,
                Serial = token.Serial,
                Slot = token.Slot,
                Sessions = token.Sessions,
                Queue = token.Queue,
                UnlockMethod = token.Unlock switch
                {
                    UnlockKind.Pinpad => UnlockMethod.PinPad,
                    UnlockKind.Quorum => UnlockMethod.Quorum,
                    UnlockKind.None => UnlockMethod.None,
                    UnlockKind.Operator => UnlockMethod.Operator,
                    _ => UnlockMethod.Pin,
                },
            },
            CallDeadline = token.Deadline,
            LockAfterTime = token.LockAfterTime,
            LockAfterSignatures = token.LockAfterSignatures,
            Keys = Keys(configuration, token.Name),
        };

    private static TokenHostOptions Of(SignetConfiguration configuration, KeyConfiguration key) =>
        Common(configuration, key.TokenName) with { Pfx = new PfxTokenOptions { Path = key.Pfx! } };

    private static TokenHostOptions Common(SignetConfiguration configuration, string name) => new()
    {
        Name = name,
        SocketPath = LocalSockets.TokenSocket(configuration.Directories, name),
        Operators = configuration.Operators,
        OperatorsGroup = configuration.OperatorsGroup,
        QuorumDirectory = Path.Combine(configuration.Directories.State, "quorum", name),
        HoldFile = Path.Combine(configuration.Directories.State, "held", name + ".json"),
    };
}

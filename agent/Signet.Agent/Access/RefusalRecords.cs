using System.Text.Json;
using Signet.Agent.Configuration.Reading;
using Signet.Agent.Ledger;
using Signet.Protocol.Errors;

namespace Signet.Agent.Access;

/// <summary>Makes ledger records of refusals. Texts that a caller chose are made harmless and cut.</summary>
internal static class RefusalRecords
{
    /// <summary>Longest text of a caller in a record, in characters.</summary>
    public const int MaxTextLength = 200;

    /// <summary>Most grants whose demands one record shows; the record's time leads to the configuration with the others.</summary>
    private const int MaxDemands = 10;

    private const int MaxDemandLength = 2000;

    /// <summary>A record of one refusal.</summary>
    public static LedgerRecord One(Refusal refusal)
    {
        var fields = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["refusal"] = Name(refusal.Kind),
            ["reason"] = ErrorReasons.WireName(refusal.Reason),
            ["remoteAddress"] = Shown.Short(refusal.RemoteAddress, MaxTextLength),
        };
        Add("controller", refusal.Controller);
        Add("certificateSha256", refusal.CertificateSha256);
        Add("credential", ShownCredential(refusal));
        Add("job", refusal.Job);
        Add("profile", refusal.Profile);
        Add("requestId", refusal.RequestId);
        Add("detail", refusal.Detail);
        if (refusal.Build is { } build)
        {
            Add("scmUrl", build.ScmUrl is { } url ? ScmUrl.WithoutSecret(url) : null);
            Add("scmBranch", build.ScmBranch);
            Add("definitionSha256", build.DefinitionSha256);
        }

        if (refusal.Demanded.Count > 0)
        {
            fields["demanded"] = refusal.Demanded.Take(MaxDemands)
                .Select(demands => (object?)Shown.Short(demands.ToString(), MaxDemandLength)).ToList();
        }

        return new LedgerRecord(LedgerKinds.AccessRefused, Actor(refusal), fields);

        void Add(string name, object? value)
        {
            if (value is not null)
            {
                fields[name] = value is string text ? Shown.Short(text, MaxTextLength) : value;
            }
        }
    }

    /// <summary>A record of one refusal on the operators' socket.</summary>
    public static LedgerRecord One(OperatorRefusal refusal) => new(
        LedgerKinds.OperatorRefused,
        "account:" + refusal.Account,
        new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["call"] = refusal.Call,
            ["processId"] = refusal.ProcessId,
        });

    /// <summary>A record of all that a window counted.</summary>
    public static LedgerRecord Summary(RefusalWindow window, DateTimeOffset until)
    {
        var name = Shown.Short(window.Source.Name, MaxTextLength);
        var fields = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["refusal"] = "summary",
            ["count"] = window.Counted.Values.Sum(),
            ["counts"] = window.Counted.ToDictionary(pair => pair.Key, pair => (object?)pair.Value, StringComparer.Ordinal),
            ["from"] = window.From,
            ["until"] = until,
        };
        if (window.Source.IsRemote)
        {
            fields["remoteAddress"] = name;
        }

        return new LedgerRecord(window.Source.Kind, $"{window.Source.Actor}:{name}", fields);
    }

    /// <summary>The kind as the ledger spells it, for instance <c>wrong-secret</c>.</summary>
    public static string Name(RefusalKind kind) => JsonNamingPolicy.KebabCaseLower.ConvertName(kind.ToString());

    private static string Actor(Refusal refusal) => refusal.Controller is { } controller
        ? $"controller:{controller}"
        : $"remote:{Shown.Short(refusal.RemoteAddress, MaxTextLength)}";

    /// <summary>Somebody who swaps name and secret must not write the secret into the ledger.</summary>
    private static string? ShownCredential(Refusal refusal) =>
        refusal.Credential is null ? null
        : NameRule.IsName(refusal.Credential) && !refusal.Credential.StartsWith(CredentialSecret.Prefix, StringComparison.Ordinal)
            ? refusal.Credential
            : "(not shown: no possible name)";
}

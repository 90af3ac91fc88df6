using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Signet.Protocol.V1;

namespace Signet.Cli.Tests.Operators;

/// <summary>Statuses of an agent with one smartcard and one PFX key, as of one fixed moment.</summary>
internal static class Statuses
{
    private static readonly DateTimeOffset Now = new(2026, 11, 23, 23, 0, 0, TimeSpan.Zero);

    public static Timestamp At(TimeSpan fromNow) => Timestamp.FromDateTimeOffset(Now + fromNow);

    public static AgentStatus Ready() => new()
    {
        Version = "0.1.0",
        At = At(TimeSpan.Zero),
        StartedAt = At(TimeSpan.FromDays(-3)),
        ListenAddress = "0.0.0.0:7443",
        Tokens = { Card(TokenState.Ready), PfxToken() },
        Keys = { CardKey(KeyReadiness.Ready), PfxKey() },
        Profiles =
        {
            new ProfileStatus
            {
                Name = "release",
                Key = "release",
                Formats = { "pe" },
                HardwareRequired = true,
                ApprovalsRequired = 2,
                Limits = new ProfileLimits { MaxFiles = 200, MaxFileBytes = 2L << 30, MaxFilesPerHour = 20 },
            },
            new ProfileStatus
            {
                Name = "dev",
                Key = "dev",
                Formats = { "pe" },
                Limits = new ProfileLimits { MaxFiles = 1000, MaxFileBytes = 4L << 30 },
            },
        },
        TimestampServers =
        {
            new TimestampServerStatus
            {
                Name = "public", Url = "http://tsa-1.example/", LastSucceeded = false, LastAskedAt = At(TimeSpan.FromMinutes(-4)),
                LastError = "no answer within 15 s",
            },
            new TimestampServerStatus
            {
                Name = "public", Url = "http://tsa-2.example/", LastSucceeded = true, LastAskedAt = At(TimeSpan.FromMinutes(-4)),
            },
        },
        Ledger = new LedgerStatus
        {
            Size = 12412,
            Writable = true,
            VerifierKey = "node-1.example/signet+6f2c9a51+ATe0Gk8aXqsdBnLlTBAv3gS7u0Vt2Qn0QmVvGk2S4dEr",
            LastRecordAt = At(TimeSpan.FromMinutes(-4)),
        },
        Requests = new RequestCounts { Approved = 1, SigningNow = 1 },
        ConfigurationSha256 = ByteString.CopyFrom(Convert.FromHexString(
            "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")),
        ConfigurationLoadedAt = At(TimeSpan.FromDays(-3)),
    };

    public static AgentStatus Locked()
    {
        var status = Ready();
        status.Tokens[0] = Card(TokenState.Locked);
        status.Keys[0] = CardKey(KeyReadiness.Locked);
        return status;
    }

    public static AgentStatus Unwritable()
    {
        var status = Locked();
        status.Ledger.Writable = false;
        return status;
    }

    public static TokenStatus Card(TokenState state)
    {
        var card = new TokenStatus
        {
            Name = "card",
            State = state,
            Label = "Release",
            Manufacturer = "SoftHSM project",
            Model = "SoftHSM v2",
            Serial = "0a1b2c3d4e5f6071",
            Hardware = true,
            PinCounter = state == TokenState.Locked ? PinCounter.Low : PinCounter.Full,
            UnlockMethod = UnlockMethod.Pin,
        };
        if (state == TokenState.Ready)
        {
            card.UnlockedBy = "alice";
            card.UnlockedAt = At(TimeSpan.FromHours(-5));
        }

        return card;
    }

    private static TokenStatus PfxToken() => new()
    {
        Name = "dev",
        State = TokenState.Ready,
        UnlockedBy = "bob",
        UnlockedAt = At(TimeSpan.FromHours(-4)),
    };

    private static KeyStatus CardKey(KeyReadiness readiness) => new()
    {
        Name = "release",
        Token = "card",
        Readiness = readiness,
        Algorithm = KeyAlgorithm.Rsa,
        SizeBits = 3072,
        Protection = readiness == KeyReadiness.Ready ? HardwareProtection.Full : HardwareProtection.Unknown,
        Local = true,
        Sensitive = true,
        AlwaysSensitive = true,
        NeverExtractable = true,
        Certificate = Certificate("CN=Example Code Signing, O=Example GmbH, C=DE", TimeSpan.FromDays(364.5)),
        Signatures = 41,
        LastSignatureAt = At(TimeSpan.FromMinutes(-4)),
    };

    private static KeyStatus PfxKey() => new()
    {
        Name = "dev",
        Token = "dev",
        Readiness = KeyReadiness.Ready,
        Algorithm = KeyAlgorithm.Ec,
        SizeBits = 256,
        Protection = HardwareProtection.None,
        Certificate = Certificate("CN=Development only", TimeSpan.FromDays(12.5)),
    };

    private static CertificateStatus Certificate(string subject, TimeSpan left) => new()
    {
        Subject = subject,
        NotBefore = At(TimeSpan.FromDays(-10)),
        NotAfter = At(left),
    };
}

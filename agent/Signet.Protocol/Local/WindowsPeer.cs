using System.IO.Pipes;
using System.Runtime.Versioning;
using System.Security.Principal;

namespace Signet.Protocol.Local;

/// <summary>Asks Windows for the account behind a named pipe.</summary>
[SupportedOSPlatform("windows")]
internal static class WindowsPeer
{
    /// <summary>The account at the other end. Windows can tell once something was read from the pipe.</summary>
    /// <exception cref="IOException">The client does not let itself be identified.</exception>
    public static PeerIdentity Read(NamedPipeServerStream pipe)
    {
        PeerIdentity? identity = null;
        pipe.RunAsClient(() =>
        {
            using var client = WindowsIdentity.GetCurrent(TokenAccessLevels.Query);
            identity = new PeerIdentity
            {
                Account = ShortName(client.Name),
                UserId = null,
                ProcessId = 0,
                IsSelf = client.User is { } user && user == OwnSid.Value,
            };
        });
        return identity ?? throw new IOException("The named pipe's client could not be identified.");
    }

    private static readonly Lazy<SecurityIdentifier?> OwnSid = new(() =>
    {
        using var self = WindowsIdentity.GetCurrent(ifImpersonating: false);
        return self?.User;
    });

    /// <summary>An account of this machine without the machine's name; any other as Windows gives it.</summary>
    private static string ShortName(string name)
    {
        var prefix = Environment.MachineName + "\\";
        return name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase) ? name[prefix.Length..] : name;
    }
}

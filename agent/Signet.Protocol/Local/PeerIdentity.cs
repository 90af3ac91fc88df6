using Grpc.Core;
using Microsoft.AspNetCore.Http.Features;

namespace Signet.Protocol.Local;

/// <summary>Who is at the other end of a local connection, as the operating system says; the caller has no part in it.</summary>
/// <remarks>
/// Linux: SO_PEERCRED (unix(7)), the credentials at the time of connect(2). Windows: the account behind the named pipe.
/// </remarks>
public sealed record PeerIdentity
{
    /// <summary>
    /// Account name. Linux: from the user database, or <c>#UID</c> where it has no name for the user id. Windows: the
    /// plain name of an account of this machine, <c>DOMAIN\name</c> of any other.
    /// </summary>
    public required string Account { get; init; }

    /// <summary>User id on Linux; null on Windows.</summary>
    public required uint? UserId { get; init; }

    /// <summary>Id of the process that connected, as seen from here; 0 where it is not known.</summary>
    public required int ProcessId { get; init; }

    /// <summary>
    /// Whether the operating system can tell which process calls. Linux gives no process id (0) for one outside of this
    /// process's PID namespace (pid_namespaces(7)): nobody could say later who that was, so it is refused whatever its account
    /// is. Windows never tells, and is not asked.
    /// </summary>
    public bool HasProcess => ProcessId > 0 || !OperatingSystem.IsLinux();

    /// <summary>Whether the caller runs under the same account as this process.</summary>
    public required bool IsSelf { get; init; }

    /// <summary>Whether the caller is root. Always false on Windows.</summary>
    public bool IsRoot => UserId == 0;

    /// <summary>Whether the caller is the account with this name; case counts on Linux and not on Windows.</summary>
    /// <param name="account">Name as the configuration gives it.</param>
    public bool Is(string account) => string.Equals(
        Account, account, OperatingSystem.IsWindows() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal);

    /// <summary>The caller of a call that came in over <see cref="LocalEndpoint"/>.</summary>
    /// <param name="context">The call.</param>
    /// <exception cref="RpcException">
    /// UNAUTHENTICATED: the call came over another kind of connection, which has no such identity.
    /// </exception>
    public static PeerIdentity Of(ServerCallContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.GetHttpContext().Features.Get<PeerIdentity>()
            ?? throw new RpcException(new Status(
                StatusCode.Unauthenticated, "This call is served on a local socket only, where the operating system says who calls."));
    }

    /// <summary>Looks up the identity in the features of a connection or a call; null where there is none.</summary>
    internal static PeerIdentity? In(IFeatureCollection features) => features.Get<PeerIdentity>();
}

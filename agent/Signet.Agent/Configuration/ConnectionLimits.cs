namespace Signet.Agent.Configuration;

/// <summary>
/// What the network port bears. The defaults are far from what 64 controllers with 500 jobs each take, since a controller shares
/// connections among its jobs: one carries 100 calls.
/// </summary>
internal sealed record ConnectionLimits
{
    /// <summary>Most connections of controllers, 1 to 100,000.</summary>
    public int All { get; init; } = 8192;

    /// <summary>Most of them from one address (IPv6: one network of 64 bits).</summary>
    public int PerAddress { get; init; } = 2048;

    /// <summary>Most connections at once of which is not known yet whose they are.</summary>
    public int Handshakes { get; init; } = 2048;

    /// <summary>Most of those from one address.</summary>
    public int HandshakesPerAddress { get; init; } = 1024;

    /// <summary>How long a TLS handshake may take.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a connection without a call is kept.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(2);
}

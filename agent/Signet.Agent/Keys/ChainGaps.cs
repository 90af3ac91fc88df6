using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;

namespace Signet.Agent.Keys;

/// <summary>Remembers where chains end, since the machine's roots are many.</summary>
/// <remarks>Safe for use by several threads at once.</remarks>
internal sealed class ChainGaps
{
    private readonly ConditionalWeakTable<X509Certificate2, string> _issuers = [];

    /// <summary>The issuer that is missing above a chain; empty where none is.</summary>
    public string Of(IReadOnlyList<X509Certificate2> chain) =>
        chain.Count == 0 ? string.Empty : _issuers.GetValue(chain[^1], _ => CertificateChains.Gap(chain) ?? string.Empty);
}

using System.Security.Cryptography.X509Certificates;
using Signet.Protocol.V1;

namespace Signet.Agent.Keys;

/// <summary>
/// The certificates that a token holds for a key, with their issuers. A renewed one may lie beside the one before it: the one
/// that counts is valid now, is one for code signing, and ends last.
/// </summary>
/// <remarks>Safe for use by several threads at once.</remarks>
internal sealed class TokenCertificates
{
    private readonly List<IReadOnlyList<X509Certificate2>> _chains;

    /// <summary>Parses what the token host told of a key.</summary>
    public TokenCertificates(TokenKey key)
    {
        var all = key.Certificates.Select(der => X509CertificateLoader.LoadCertificate(der.Span)).ToList();
        _chains =
        [
            .. all.Where(certificate => KeyCertificates.IsFor(certificate, key))
                .OrderByDescending(KeyCertificates.IsForCodeSigning).ThenByDescending(certificate => certificate.NotAfter)
                .Select(leaf => CertificateChains.Order(leaf, all)),
        ];
    }

    /// <summary>Signing certificate first, then its issuers as far as they are there; empty where there is no certificate.</summary>
    public IReadOnlyList<X509Certificate2> ChainAt(DateTimeOffset now) =>
        _chains.Find(chain => IsValid(chain[0], now)) ?? _chains.FirstOrDefault() ?? [];

    /// <summary>The key's other certificates: those that <see cref="ChainAt"/> leaves out.</summary>
    public IReadOnlyList<X509Certificate2> OthersAt(DateTimeOffset now)
    {
        var chosen = ChainAt(now);
        return [.. _chains.Where(chain => !ReferenceEquals(chain, chosen)).Select(chain => chain[0])];
    }

    private static bool IsValid(X509Certificate2 certificate, DateTimeOffset now) =>
        certificate.NotBefore <= now && now <= certificate.NotAfter;
}

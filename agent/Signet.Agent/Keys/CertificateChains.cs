using System.Security.Cryptography.X509Certificates;

namespace Signet.Agent.Keys;

/// <summary>Puts certificates into chains, and says where a chain ends.</summary>
internal static class CertificateChains
{
    /// <summary>A certificate, then its issuers as far as they are there.</summary>
    /// <param name="leaf">The first one.</param>
    /// <param name="candidates">Certificates that may be issuers.</param>
    public static IReadOnlyList<X509Certificate2> Order(X509Certificate2 leaf, IReadOnlyList<X509Certificate2> candidates)
    {
        var chain = new List<X509Certificate2> { leaf };
        while (chain.Count <= candidates.Count && !IsSelfIssued(chain[^1]))
        {
            var issuer = candidates.Where(candidate => !chain.Contains(candidate) && IsIssuer(candidate, chain[^1]))
                .MaxBy(candidate => candidate.NotAfter);
            if (issuer is null)
            {
                break;
            }

            chain.Add(issuer);
        }

        return chain;
    }

    /// <summary>What is missing above the last certificate; null where it is a root, or a root of this machine issued it.</summary>
    public static string? Gap(IReadOnlyList<X509Certificate2> chain)
    {
        if (chain.Count == 0 || IsSelfIssued(chain[^1]))
        {
            return null;
        }

        using var roots = new X509Store(StoreName.Root, StoreLocation.LocalMachine);
        roots.Open(OpenFlags.ReadOnly);
        return roots.Certificates.Any(root => IsIssuer(root, chain[^1])) ? null : chain[^1].Issuer;
    }

    // RFC 5280 sections 4.2.1.1 and 4.2.1.2: names alone are not unique, since an authority's key changes.
    private static bool IsIssuer(X509Certificate2 issuer, X509Certificate2 certificate)
    {
        if (!issuer.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData))
        {
            return false;
        }

        var wanted = certificate.Extensions.OfType<X509AuthorityKeyIdentifierExtension>().FirstOrDefault()?.KeyIdentifier;
        var own = issuer.Extensions.OfType<X509SubjectKeyIdentifierExtension>().FirstOrDefault()?.SubjectKeyIdentifierBytes;
        return wanted is null || own is null || wanted.Value.Span.SequenceEqual(own.Value.Span);
    }

    private static bool IsSelfIssued(X509Certificate2 certificate) =>
        certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData);
}

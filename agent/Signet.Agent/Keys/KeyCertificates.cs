using System.Security.Cryptography.X509Certificates;
using Signet.Protocol.V1;

namespace Signet.Agent.Keys;

/// <summary>Finds the certificates that belong to a key.</summary>
internal static class KeyCertificates
{
    /// <summary>
    /// The chain out of the certificates on the token: the one whose public key is the key's first, then its issuers as far as
    /// they are there. Empty where the certificate is not known.
    /// </summary>
    public static IReadOnlyList<X509Certificate2> OnToken(TokenKey description)
    {
        var candidates = description.Certificates
            .Select(der => X509CertificateLoader.LoadCertificate(der.Span)).ToList();
        var leaf = candidates.FirstOrDefault(certificate => IsFor(certificate, description));
        return leaf is null ? [] : Order(leaf, candidates);
    }

    /// <summary>Whether the certificate's public key is the token's key.</summary>
    public static bool IsFor(X509Certificate2 certificate, TokenKey key) =>
        key.PublicKey.Span.SequenceEqual(certificate.PublicKey.ExportSubjectPublicKeyInfo());

    private static List<X509Certificate2> Order(X509Certificate2 leaf, List<X509Certificate2> candidates)
    {
        var chain = new List<X509Certificate2> { leaf };
        while (chain.Count <= candidates.Count)
        {
            var last = chain[^1];
            var issuer = candidates.FirstOrDefault(candidate => !chain.Contains(candidate)
                && candidate.SubjectName.RawData.AsSpan().SequenceEqual(last.IssuerName.RawData));
            if (issuer is null)
            {
                break;
            }

            chain.Add(issuer);
        }

        return chain;
    }
}

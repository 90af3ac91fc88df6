using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;

namespace Signet.Agent.Timestamping;

/// <summary>Checks a server's reply to a request (RFC 3161 sections 2.2 to 2.4).</summary>
/// <param name="roots">Roots that the server's certificate must chain to; null for the operating system's.</param>
/// <param name="time">The clock.</param>
/// <remarks>Immutable. Makes no connection: revocation is not asked for, and issuers are not fetched.</remarks>
internal sealed class TimestampVerifier(IReadOnlyList<X509Certificate2>? roots, TimeProvider time)
{
    /// <summary>Largest difference between a stamp's time and the node's clock.</summary>
    public static readonly TimeSpan MaxClockDifference = TimeSpan.FromMinutes(5);

    private const string TimeStampingUsage = "1.3.6.1.5.5.7.3.8";

    /// <summary>The token of a reply whose every part was checked.</summary>
    /// <exception cref="TimestampFailureException">Anything does not hold.</exception>
    public Rfc3161TimestampToken Verify(Rfc3161TimestampRequest request, ReadOnlyMemory<byte> reply)
    {
        try
        {
            CheckStatus(reply);
            var token = ReadToken(request, reply);
            var signer = VerifySignature(request, token);
            CheckUsage(signer);
            CheckTime(token.TokenInfo.Timestamp);
            CheckChain(signer, token);
            return token;
        }
        catch (CryptographicException exception)
        {
            // Certificates and their extensions are decoded when they are looked at.
            throw new TimestampFailureException("its reply cannot be read", retryable: false, exception);
        }
    }

    private static void CheckStatus(ReadOnlyMemory<byte> reply)
    {
        TimestampReplyStatus status;
        try
        {
            status = TimestampReplyStatus.Read(reply);
        }
        catch (AsnContentException exception)
        {
            throw new TimestampFailureException("its reply is no timestamp response", retryable: false, exception);
        }

        if (!status.IsGranted)
        {
            throw new TimestampFailureException($"it refused the request ({status.Description})", status.IsTransient);
        }
    }

    private static Rfc3161TimestampToken ReadToken(Rfc3161TimestampRequest request, ReadOnlyMemory<byte> reply)
    {
        // Each check by itself, so that the message names what does not hold; then the framework's, which has them all.
        var token = DecodeToken(reply);
        if (!token.TokenInfo.GetMessageHash().Span.SequenceEqual(request.GetMessageHash().Span)
            || token.TokenInfo.HashAlgorithmId.Value != request.HashAlgorithmId.Value)
        {
            throw new TimestampFailureException("its timestamp is over other data (message imprint)", retryable: false);
        }

        if (token.TokenInfo.GetNonce() is not { } nonce || !nonce.Span.SequenceEqual(request.GetNonce()!.Value.Span))
        {
            throw new TimestampFailureException("its timestamp answers another request (nonce)", retryable: false);
        }

        try
        {
            return request.ProcessResponse(reply, out var length) is { } checkedToken && length == reply.Length
                ? checkedToken
                : throw new TimestampFailureException("its reply has data behind its end", retryable: false);
        }
        catch (CryptographicException exception)
        {
            throw new TimestampFailureException("its reply does not answer the request", retryable: false, exception);
        }
    }

    private static Rfc3161TimestampToken DecodeToken(ReadOnlyMemory<byte> reply)
    {
        try
        {
            var response = new AsnReader(reply, AsnEncodingRules.BER).ReadSequence();
            response.ReadEncodedValue();
            if (Rfc3161TimestampToken.TryDecode(response.ReadEncodedValue(), out var token, out _))
            {
                return token;
            }
        }
        catch (AsnContentException exception)
        {
            throw new TimestampFailureException("its reply holds no timestamp", retryable: false, exception);
        }

        throw new TimestampFailureException("its reply holds no timestamp", retryable: false);
    }

    private static X509Certificate2 VerifySignature(Rfc3161TimestampRequest request, Rfc3161TimestampToken token)
    {
        try
        {
            // Looks at the signing certificate's hash in the signed attributes too (RFC 2634, RFC 5816).
            if (token.VerifySignatureForHash(request.GetMessageHash().Span, request.HashAlgorithmId, out var signer))
            {
                return signer;
            }
        }
        catch (CryptographicException exception)
        {
            throw new TimestampFailureException("the signature of its timestamp does not hold", retryable: false, exception);
        }

        throw new TimestampFailureException("the signature of its timestamp does not hold", retryable: false);
    }

    /// <summary>RFC 3161 section 2.3: one extended key usage, critical, of timeStamping alone.</summary>
    private static void CheckUsage(X509Certificate2 signer)
    {
        var usages = signer.Extensions.OfType<X509EnhancedKeyUsageExtension>().ToList();
        if (usages is not [{ Critical: true, EnhancedKeyUsages: [{ Value: TimeStampingUsage }] }])
        {
            throw new TimestampFailureException(
                "its certificate is not meant for timestamps (extended key usage timeStamping, critical)", retryable: false);
        }
    }

    private void CheckTime(DateTimeOffset stamp)
    {
        if ((stamp - time.GetUtcNow()).Duration() > MaxClockDifference)
        {
            throw new TimestampFailureException(
                $"the time of its timestamp, {stamp.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z, is more than "
                + $"{MaxClockDifference.TotalMinutes:0} minutes away from the signing node's clock; one of the two is wrong",
                retryable: false);
        }
    }

    private void CheckChain(X509Certificate2 signer, Rfc3161TimestampToken token)
    {
        using var chain = new X509Chain();
        var policy = chain.ChainPolicy;
        policy.RevocationMode = X509RevocationMode.NoCheck;
        policy.DisableCertificateDownloads = true;
        policy.VerificationTime = token.TokenInfo.Timestamp.UtcDateTime;
        policy.ApplicationPolicy.Add(new Oid(TimeStampingUsage));
        policy.ExtraStore.AddRange(token.AsSignedCms().Certificates);
        if (roots is not null)
        {
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.CustomTrustStore.AddRange(roots.ToArray());
        }

        if (!chain.Build(signer))
        {
            var problems = string.Join(", ", chain.ChainStatus.Select(status => status.Status).Distinct());
            throw new TimestampFailureException(
                $"its certificate does not chain to a trusted root ({problems}); the operators choose the roots under "
                + "'timestamps'",
                retryable: false);
        }
    }
}

using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Signet.Formats;
using Signet.Protocol.V1;
using Signet.Tokens;

namespace Signet.Agent.Keys;

/// <summary>Signs for one request with a key of a token: the place where formats and tokens meet.</summary>
/// <param name="key">The key.</param>
/// <param name="requestId">What the token's host logs it under.</param>
/// <param name="counters">Counts the signature.</param>
/// <param name="requireRight">Asked before each use of the key; throws where it must not be used. Null where nobody has to be asked.</param>
internal sealed class TokenSigner(
    KeyView key, string requestId, SignatureCounters counters, Func<ValueTask>? requireRight = null) : ISigner
{
    private readonly IToken _token = key.Token ?? throw new ArgumentException("the key has no token", nameof(key));
    private readonly TokenKey _description =
        key.Description ?? throw new ArgumentException("the key is not on its token", nameof(key));

    /// <summary>The key as it was when the signer was made.</summary>
    public KeyView Key => key;

    /// <summary>Name of the key in the configuration.</summary>
    public string KeyName => key.Configuration.Name;

    /// <inheritdoc/>
    public IReadOnlyList<X509Certificate2> CertificateChain => key.Chain;

    /// <inheritdoc/>
    public SignatureScheme Scheme => _description.Algorithm == KeyAlgorithm.Ec ? SignatureScheme.Ecdsa
        : key.Configuration.Pss ? SignatureScheme.RsaPss
        : SignatureScheme.RsaPkcs1;

    /// <inheritdoc/>
    public OpenPgpIdentity? OpenPgp => key.Configuration.OpenPgp;

    /// <inheritdoc/>
    public async Task<byte[]> SignDigestAsync(
        ReadOnlyMemory<byte> digest, HashAlgorithmName hashAlgorithm, CancellationToken cancellationToken)
    {
        if (requireRight is not null)
        {
            await requireRight();
        }

        var signature = await _token.SignAsync(
            _description.Reference, digest, Mechanism(hashAlgorithm), requestId, cancellationToken);
        counters.Count(KeyName);
        return signature;
    }

    private SignatureMechanism Mechanism(HashAlgorithmName hash) => (Scheme, hash.Name) switch
    {
        (SignatureScheme.Ecdsa, "SHA256") => SignatureMechanism.EcdsaSha256,
        (SignatureScheme.Ecdsa, "SHA384") => SignatureMechanism.EcdsaSha384,
        (SignatureScheme.Ecdsa, "SHA512") => SignatureMechanism.EcdsaSha512,
        (SignatureScheme.RsaPss, "SHA256") => SignatureMechanism.RsaPssSha256,
        (SignatureScheme.RsaPss, "SHA384") => SignatureMechanism.RsaPssSha384,
        (SignatureScheme.RsaPss, "SHA512") => SignatureMechanism.RsaPssSha512,
        (_, "SHA256") => SignatureMechanism.RsaPkcs1Sha256,
        (_, "SHA384") => SignatureMechanism.RsaPkcs1Sha384,
        (_, "SHA512") => SignatureMechanism.RsaPkcs1Sha512,
        _ => throw new ArgumentOutOfRangeException(nameof(hash), hash.Name, "not a hash that tokens sign here"),
    };
}

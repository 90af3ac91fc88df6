using Signet.Formats;
using Signet.Formats.Catalogs;

namespace Signet.Agent.FileSigning;

/// <summary>Reads any file for the digest that a catalog states of it. It signs nothing.</summary>
internal sealed class CatalogMemberFormat : ISignatureFormat
{
    /// <inheritdoc/>
    public string Name => "catalog-member";

    /// <inheritdoc/>
    public bool RequiresRandomAccess => false;

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Extensions => [];

    /// <summary>What the answer to a client calls the kind of a file.</summary>
    public static string NameOf(CatalogMemberKind kind) => kind switch
    {
        CatalogMemberKind.Image => "pe",
        CatalogMemberKind.Cabinet => "cab",
        _ => "file",
    };

    /// <summary>The kind of that name.</summary>
    public static CatalogMemberKind KindOf(string name) => name switch
    {
        "pe" => CatalogMemberKind.Image,
        "cab" => CatalogMemberKind.Cabinet,
        _ => CatalogMemberKind.Flat,
    };

    /// <inheritdoc/>
    public bool MatchesContent(ReadOnlySpan<byte> head) => true;

    /// <inheritdoc/>
    public async Task<IPreparedSignature> PrepareAsync(
        Stream content, SigningChoices choices, CancellationToken cancellationToken) =>
        new PreparedMember(await CatalogBuilder.DigestAsync(content, cancellationToken));

    /// <inheritdoc/>
    public Task<VerificationReport> VerifyAsync(Stream content, TrustAnchors trust, CancellationToken cancellationToken) =>
        Task.FromResult(new VerificationReport(Name, []));
}

/// <summary>A file for a catalog.</summary>
/// <param name="digest">What the catalog states of it.</param>
internal sealed class PreparedMember(CatalogDigest digest) : IPreparedSignature
{
    /// <summary>What the catalog states of it.</summary>
    public CatalogDigest Digest { get; } = digest;

    /// <inheritdoc/>
    public Task<IReadOnlyList<Edit>> SignAsync(
        ISigner signer, ITimestamper? timestamper, CancellationToken cancellationToken) =>
        throw new NotSupportedException("A file of a catalog is not signed by itself.");
}

namespace Signet.Agent.FileSigning;

/// <summary>A file inside of a container that was signed, or the container itself.</summary>
/// <param name="Name">Its path: <c>container!/inner</c>, for each container on the way.</param>
/// <param name="Format">Name of its format.</param>
/// <param name="OriginalSha256">SHA-256 of what it was, 32 bytes.</param>
/// <param name="OriginalSizeBytes">Its size before in bytes.</param>
/// <param name="Verified">What the check found.</param>
/// <param name="TimestampServer">Who stamped it; null where nobody did.</param>
internal sealed record InnerSignature(
    string Name, string Format, byte[] OriginalSha256, long OriginalSizeBytes, CheckedSignature Verified, Uri? TimestampServer);

/// <summary>A container that was signed inside out.</summary>
/// <param name="Edits">What turns the original container into the signed one.</param>
/// <param name="Outer">The container itself.</param>
/// <param name="Inner">What was signed inside, in the order of signing.</param>
internal sealed record SignedContainer(
    IReadOnlyList<Formats.Edit> Edits, OuterSignature Outer, IReadOnlyList<InnerSignature> Inner);

/// <summary>The signature of the container itself.</summary>
/// <param name="Verified">What the check found.</param>
/// <param name="TimestampServer">Who stamped it; null where nobody did.</param>
internal sealed record OuterSignature(CheckedSignature Verified, Uri? TimestampServer);

namespace Signet.Formats.Vsix;

/// <summary>A part that a signature covers.</summary>
/// <param name="PartName">Its name.</param>
/// <param name="ContentType">Its content type.</param>
/// <param name="Digest">Digest of the part, or of what the relationships transform makes of it.</param>
/// <param name="RelationshipIds">The relationships that are signed; null for a part that is signed as it is.</param>
internal sealed record SignedReference(
    string PartName, string ContentType, byte[] Digest, IReadOnlyList<string>? RelationshipIds);

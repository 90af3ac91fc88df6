namespace Signet.Formats;

/// <summary>One change against an original file. A list of edits is in ascending order and does not overlap.</summary>
/// <param name="Offset">Byte offset in the original, 0 or more.</param>
/// <param name="RemovedBytes">Bytes of the original that are dropped at the offset, 0 or more.</param>
/// <param name="Inserted">What takes their place.</param>
public readonly record struct Edit(long Offset, long RemovedBytes, ReadOnlyMemory<byte> Inserted);

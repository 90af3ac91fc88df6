using System.Globalization;
using Signet.Protocol.Errors;
using Signet.Protocol.V1;

namespace Signet.Agent.FileSigning;

/// <summary>Counts what one container costs with everything inside, and ends it before it is too much.</summary>
/// <param name="fileName">The container, for errors.</param>
/// <param name="mostSignatures">How many files in it may be signed.</param>
internal sealed class ContainerLimits(string fileName, int mostSignatures)
{
    /// <summary>How deep containers may lie in each other: the outermost is at depth 1.</summary>
    public const int MostDepth = 4;

    private const int MostEntries = 200_000;
    private const long MostUnpackedBytes = 32L << 30;

    // Replaced files are in the answer's edits, which are stored as one row.
    private const long MostReplacedBytes = 512L << 20;

    private int _entries;
    private int _signatures;
    private long _unpacked;
    private long _replaced;

    /// <summary>A container is opened.</summary>
    public void Enter(int depth)
    {
        if (depth > MostDepth)
        {
            throw Exceeded($"containers lie in each other more than {MostDepth} deep");
        }
    }

    /// <summary>A file of a container is looked at.</summary>
    /// <param name="count">How many.</param>
    public void AddEntries(int count) => Check(
        _entries += Math.Min(count, MostEntries + 1), MostEntries, "files in it and in the containers in it");

    /// <summary>Bytes were unpacked.</summary>
    public void AddUnpacked(long bytes) => Check(_unpacked += bytes, MostUnpackedBytes, "bytes unpacked");

    /// <summary>A file is about to be signed.</summary>
    public void AddSignature() => Check(++_signatures, mostSignatures, "files to sign, as the profile's limit of files says");

    /// <summary>A file was replaced.</summary>
    public void AddReplaced(long bytes) => Check(_replaced += bytes, MostReplacedBytes, "bytes of signed files in it");

    private void Check(long value, long most, string what)
    {
        if (value > most)
        {
            throw Exceeded($"it has more than {most.ToString(CultureInfo.InvariantCulture)} {what}");
        }
    }

    private SigningException Exceeded(string what) => new(
        ErrorReason.LimitExceeded, $"File '{fileName}' cannot be signed with what is inside: {what}.");
}

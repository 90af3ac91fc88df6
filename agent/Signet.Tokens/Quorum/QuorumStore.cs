using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Signet.Tokens.Host;

namespace Signet.Tokens.Quorum;

/// <summary>
/// The files of a token's quorum. A ceremony writes the next quorum first, then changes the token's PIN, and then makes the
/// next quorum the current one by a rename: whenever it breaks off, one of the two has the PIN that is in force.
/// </summary>
/// <remarks>Every write is on disk when it returns. Used by one thread at a time.</remarks>
/// <param name="directory">Absolute path; it is made when something is written.</param>
internal sealed class QuorumStore(string directory)
{
    private string CurrentFile => Path.Combine(directory, "current.json");

    private string NextFile => Path.Combine(directory, "next.json");

    private string OperatorDirectory => Path.Combine(directory, "operators");

    /// <summary>The quorum in force; null while there is none.</summary>
    public QuorumRecord? Current => Read<QuorumRecord>(CurrentFile);

    /// <summary>The quorum of a ceremony that broke off; null where none did.</summary>
    public QuorumRecord? Next => Read<QuorumRecord>(NextFile);

    /// <summary>Every operator who is enrolled.</summary>
    public IReadOnlyList<EnrolledOperator> Operators => Directory.Exists(OperatorDirectory)
        ? [.. Directory.EnumerateFiles(OperatorDirectory, "*.json").Select(Read<EnrolledOperator>).OfType<EnrolledOperator>()
            .OrderBy(enrolled => enrolled.Account, StringComparer.Ordinal)]
        : [];

    /// <summary>Keeps an operator, in place of an earlier enrolment.</summary>
    public void Save(EnrolledOperator enrolled)
    {
        // An account may have characters that a file name may not.
        var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(enrolled.Account)).AsSpan(0, 16));
        Write(Path.Combine(OperatorDirectory, name + ".json"), enrolled);
    }

    /// <summary>Keeps the quorum that a ceremony is about to set the PIN for.</summary>
    public void SaveNext(QuorumRecord quorum) => Write(NextFile, quorum);

    /// <summary>The next quorum has the PIN that is in force.</summary>
    public void Promote()
    {
        File.Move(NextFile, CurrentFile, overwrite: true);
        DurableFile.FlushDirectory(directory);
    }

    /// <summary>The next quorum's PIN did not come into force.</summary>
    public void DropNext()
    {
        File.Delete(NextFile);
        DurableFile.FlushDirectory(directory);
    }

    private static T? Read<T>(string file)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize<T>(File.ReadAllBytes(file))
                ?? throw new InvalidDataException($"{file} is empty.");
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private static void Write<T>(string file, T value) =>
        DurableFile.Write(file, stream => JsonSerializer.Serialize(stream, value));
}

using System.Diagnostics;
using Signet.Formats;

namespace Signet.Fuzz;

/// <summary>What every parser of a format must hold to, whatever the file.</summary>
/// <remarks>
/// PrepareAsync and VerifyAsync end with a result or a SignatureFormatException, within a deadline, and allocate no more than
/// a small multiple of the file's size. What passes PrepareAsync is signed too, with a key that answers without computing.
/// </remarks>
public static class HostileInput
{
    // What a parser needs for any file: buffers, certificates, chains, ASN.1.
    private const long FixedBytes = 8L << 20;
    private const long BytesForEachByte = 64;

    /// <summary>Longest time that one call may take.</summary>
    public static TimeSpan Deadline { get; } = TimeSpan.FromSeconds(10);

    /// <summary>Tries a file.</summary>
    /// <param name="format">The format.</param>
    /// <param name="file">The file.</param>
    /// <param name="signer">Signs what can be signed.</param>
    /// <param name="buildChains">Whether verification builds chains of certificates.</param>
    /// <returns>What the format did wrong, in a sentence; null for nothing.</returns>
    public static string? Try(ISignatureFormat format, byte[] file, IdleSigner signer, bool buildChains)
    {
        ArgumentNullException.ThrowIfNull(format);
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(signer);
        var trust = signer.Trust(buildChains);
        var verifying = format is IDetachedFormat detached
            ? TryDetached(detached, file, trust)
            : Watch("VerifyAsync", file, () => format.VerifyAsync(Open(), trust, CancellationToken.None));
        return verifying ?? Watch("PrepareAsync and SignAsync", file, () => SignAsync(format, file, signer));

        MemoryStream Open() => new(file, writable: false);
    }

    // As a signature over itself, so that the content is hostile too, and as one over the seed, which it may once have signed.
    private static string? TryDetached(IDetachedFormat format, byte[] file, TrustAnchors trust)
    {
        var contents = FormatSeeds.Seeds(format.Name).Select(File.ReadAllBytes).Prepend(file);
        return contents.Select(content => Watch("VerifyDetachedAsync", file, () => format.VerifyDetachedAsync(
            new MemoryStream(content, writable: false), new MemoryStream(file, writable: false), trust, CancellationToken.None)))
            .FirstOrDefault(problem => problem is not null);
    }

    private static async Task SignAsync(ISignatureFormat format, byte[] file, ISigner signer)
    {
        var choices = new SigningChoices { ExistingSignature = ExistingSignatureRule.Append, Description = "fuzz" };
        IPreparedSignature prepared;
        try
        {
            prepared = await format.PrepareAsync(new MemoryStream(file, writable: false), choices, CancellationToken.None);
        }
        catch (SignatureFormatException exception) when (exception.Failure == FormatFailure.InvalidChoice)
        {
            // Some formats hold one signature alone.
            choices = choices with { ExistingSignature = ExistingSignatureRule.Replace };
            prepared = await format.PrepareAsync(new MemoryStream(file, writable: false), choices, CancellationToken.None);
        }

        var edits = await prepared.SignAsync(signer, null, CancellationToken.None);

        // Edits that contradict each other or lie outside the file throw here.
        using var edited = new EditedStream(new MemoryStream(file, writable: false), edits);
        await edited.CopyToAsync(Stream.Null);
    }

    private static string? Watch(string what, byte[] file, Func<Task> call)
    {
        string? problem = null;
        long allocated = 0;
        var clock = Stopwatch.StartNew();

        // A thread of its own: what it allocates is counted, and one that hangs is left behind. Streams in memory never wait.
        var thread = new Thread(
            () =>
            {
                var before = GC.GetAllocatedBytesForCurrentThread();
                try
                {
                    call().GetAwaiter().GetResult();
                }
                catch (SignatureFormatException)
                {
                    // As it has to be.
                }
                catch (Exception exception)
                {
                    problem = $"{what} threw {exception}";
                }

                allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            },
            maxStackSize: 1 << 20)
        { IsBackground = true };
        thread.Start();
        if (!thread.Join(Deadline))
        {
            return $"{what} did not end within {Deadline.TotalSeconds} s";
        }

        var allowed = FixedBytes + (file.Length * BytesForEachByte);
        return problem ?? (allocated > allowed
            ? $"{what} allocated {allocated} bytes for a file of {file.Length}; {allowed} are allowed"
            : clock.Elapsed > Deadline ? $"{what} took {clock.Elapsed}" : null);
    }
}

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
    /// <returns>What the format did wrong, in a sentence; null for nothing.</returns>
    public static string? Try(ISignatureFormat format, byte[] file, ISigner signer)
    {
        ArgumentNullException.ThrowIfNull(format);
        ArgumentNullException.ThrowIfNull(file);
        var trust = new TrustAnchors { Now = TimeProvider.System.GetUtcNow(), SkipChains = true };
        var verifying = format is IDetachedFormat detached
            ? Watch("VerifyDetachedAsync", file, () => detached.VerifyDetachedAsync(Open(), Open(), trust, CancellationToken.None))
            : Watch("VerifyAsync", file, () => format.VerifyAsync(Open(), trust, CancellationToken.None));
        return verifying ?? Watch("PrepareAsync and SignAsync", file, () => SignAsync(format, file, signer));

        MemoryStream Open() => new(file, writable: false);
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

namespace Signet.Formats.Detached;

/// <summary>What is the same for every signature that is a file of its own.</summary>
internal static class SignatureFile
{
    /// <summary>Largest signature file that is read: with long chains they have some 20 KB.</summary>
    private const int MaxBytes = 1 << 20;

    /// <summary>Reads a signature file.</summary>
    /// <exception cref="SignatureFormatException">It is larger than any signature.</exception>
    public static async Task<byte[]> ReadAsync(Stream signature, CancellationToken cancellationToken)
    {
        signature.Position = 0;
        return await ReadRestAsync(signature, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads a signature that begins where the stream stands.</summary>
    /// <exception cref="SignatureFormatException">It is larger than any signature.</exception>
    public static async Task<byte[]> ReadRestAsync(Stream signature, CancellationToken cancellationToken)
    {
        var size = signature.Length - signature.Position;
        if (size > MaxBytes)
        {
            throw new SignatureFormatException(
                FormatFailure.Malformed, $"The signature has {size} bytes, and at most {MaxBytes} are read.");
        }

        var bytes = new byte[size];
        await signature.ReadExactlyAsync(bytes, cancellationToken).ConfigureAwait(false);
        return bytes;
    }

    /// <summary>Refuses a choice that needs the signature file that may be there: only the content is read.</summary>
    /// <exception cref="SignatureFormatException">The choice is to append.</exception>
    public static void RequireNoAppend(SigningChoices choices, string format)
    {
        if (choices.ExistingSignature == ExistingSignatureRule.Append)
        {
            throw new SignatureFormatException(
                FormatFailure.InvalidChoice,
                $"A signature of format '{format}' is a file of its own, so none can be appended to it. Choose refuse or replace.");
        }
    }

    /// <summary>The edits that put the signature in the place of the content.</summary>
    public static IReadOnlyList<Edit> InPlaceOf(long contentBytes, byte[] signature) => [new Edit(0, contentBytes, signature)];

    /// <summary>The refusal to verify a signature without what it signs.</summary>
    public static SignatureFormatException WithoutContent(string suffix) => new(
        FormatFailure.Unsupported,
        $"A signature in a file of its own is verified together with its content: FILE and FILE{suffix}.");
}

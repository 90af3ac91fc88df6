namespace Signet.Formats;

/// <summary>A file that was read and awaits its signature.</summary>
public interface IPreparedSignature
{
    /// <summary>Signs, gets the timestamp, and says what changes in the file.</summary>
    /// <param name="signer">The key.</param>
    /// <param name="timestamper">Where the timestamp comes from; null for none.</param>
    /// <param name="cancellationToken">Ends the work; the key may have been used all the same.</param>
    /// <returns>The edits, in ascending order.</returns>
    /// <exception cref="SignatureFormatException">The format cannot carry a signature of this key.</exception>
    Task<IReadOnlyList<Edit>> SignAsync(
        ISigner signer, ITimestamper? timestamper, CancellationToken cancellationToken);
}

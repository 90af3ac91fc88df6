using Signet.Formats;

namespace Signet.Fuzz;

/// <summary>The contents that mutation starts from: the seeds of a format, and each of them signed, stamped too where it can be.</summary>
public static class SeedFiles
{
    /// <summary>Reads and signs them.</summary>
    /// <param name="format">The format.</param>
    /// <param name="signer">Signs those that are not signed.</param>
    public static async Task<IReadOnlyList<byte[]>> ReadAsync(ISignatureFormat format, IdleSigner signer)
    {
        ArgumentNullException.ThrowIfNull(format);
        ArgumentNullException.ThrowIfNull(signer);
        ITimestamper?[] timestampers = format.CarriesTimestamps ? [null, signer.Timestamper] : [null];
        var seeds = new List<byte[]>();
        foreach (var file in FormatSeeds.Seeds(format.Name))
        {
            var seed = await File.ReadAllBytesAsync(file);
            seeds.Add(seed);
            foreach (var timestamper in timestampers)
            {
                try
                {
                    seeds.Add(await SignAsync(format, seed, signer.AtWork, timestamper));
                }
                catch (SignatureFormatException)
                {
                    // A seed may be one that is refused.
                }
            }
        }

        return seeds;
    }

    private static async Task<byte[]> SignAsync(ISignatureFormat format, byte[] seed, ISigner signer, ITimestamper? timestamper)
    {
        var choices = new SigningChoices { ExistingSignature = ExistingSignatureRule.Replace, Description = "fuzz", PageHashes = true };
        var prepared = await format.PrepareAsync(new MemoryStream(seed), choices, CancellationToken.None);
        var edits = await prepared.SignAsync(signer, timestamper, CancellationToken.None);
        using var edited = new EditedStream(new MemoryStream(seed), edits);
        using var signed = new MemoryStream();
        await edited.CopyToAsync(signed);
        return signed.ToArray();
    }
}

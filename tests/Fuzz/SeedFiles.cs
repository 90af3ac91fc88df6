using Signet.Formats;

namespace Signet.Fuzz;

/// <summary>The contents that mutation starts from: the seeds of a format, and each of them signed.</summary>
public static class SeedFiles
{
    /// <summary>Reads and signs them.</summary>
    /// <param name="format">The format.</param>
    /// <param name="signer">Signs those that are not signed.</param>
    public static async Task<IReadOnlyList<byte[]>> ReadAsync(ISignatureFormat format, ISigner signer)
    {
        ArgumentNullException.ThrowIfNull(format);
        var seeds = new List<byte[]>();
        foreach (var file in FormatSeeds.Seeds(format.Name))
        {
            var seed = await File.ReadAllBytesAsync(file);
            seeds.Add(seed);
            var choices = new SigningChoices { ExistingSignature = ExistingSignatureRule.Replace, Description = "fuzz", PageHashes = true };
            try
            {
                var prepared = await format.PrepareAsync(new MemoryStream(seed), choices, CancellationToken.None);
                using var edited = new EditedStream(new MemoryStream(seed), await prepared.SignAsync(signer, null, CancellationToken.None));
                using var signed = new MemoryStream();
                await edited.CopyToAsync(signed);
                seeds.Add(signed.ToArray());
            }
            catch (SignatureFormatException)
            {
                // A seed may be one that is refused.
            }
        }

        return seeds;
    }
}

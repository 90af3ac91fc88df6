using System.Globalization;
using System.Security.Cryptography;
using Signet.Testing.Tools;
using Signet.Tokens.Quorum;

namespace Signet.Tokens.Tests.Quorum;

/// <summary>Shamir's sharing against itself and against libgfshare, which we did not write.</summary>
[CancelAfter(60_000)]
public sealed class SecretSharingTests
{
    [TestCase(1, 1)]
    [TestCase(1, 3)]
    [TestCase(2, 3)]
    [TestCase(5, 9)]
    [TestCase(9, 9)]
    [TestCase(3, 255)]
    public void Combine_WithAsManySharesAsTheThreshold_GivesTheSecret(int threshold, int count)
    {
        var secret = RandomNumberGenerator.GetBytes(32);
        var shares = Numbered(SecretSharing.Split(secret, threshold, count));
        for (var round = 0; round < 20; round++)
        {
            var chosen = shares.ToArray();
            RandomNumberGenerator.Shuffle<(byte, byte[])>(chosen);
            Assert.That(SecretSharing.Combine(chosen[..threshold]), Is.EqualTo(secret));
        }
    }

    [Test]
    public void Split_SeenWithoutOneShare_IsCompatibleWithEverySecretAlike()
    {
        // For a fixed set of K - 1 shares every value of the secret's byte must come up equally often: chi-square over 256
        // values with 65,536 samples has 255 degrees of freedom; 400 is beyond the 10^-7 quantile.
        const int samples = 65_536;
        var counts = new int[256];
        for (var sample = 0; sample < samples; sample++)
        {
            counts[SecretSharing.Split([0x5a], 3, 5)[1][0]]++;
        }

        var expected = samples / 256.0;
        Assert.That(counts.Sum(count => (count - expected) * (count - expected) / expected), Is.LessThan(400));
    }

    [Test]
    public void Combine_WithFewerSharesThanTheThreshold_DoesNotGiveTheSecret()
    {
        var secret = RandomNumberGenerator.GetBytes(32);
        var shares = Numbered(SecretSharing.Split(secret, 5, 9));
        for (var count = 1; count < 5; count++)
        {
            Assert.That(SecretSharing.Combine([.. shares.Take(count)]), Is.Not.EqualTo(secret));
        }
    }

    [Test]
    public void Combine_WithTheSameNumberTwice_Throws()
    {
        var shares = Numbered(SecretSharing.Split([1, 2, 3], 2, 3));
        Assert.That(() => SecretSharing.Combine([shares[0], shares[0]]), Throws.ArgumentException);
    }

    [TestCase(2, 3)]
    [TestCase(5, 9)]
    public async Task Split_CombinedByLibgfshare_GivesTheSecret(int threshold, int count, CancellationToken cancellationToken)
    {
        using var directory = new TemporaryDirectory();
        var secret = RandomNumberGenerator.GetBytes(100);
        var shares = SecretSharing.Split(secret, threshold, count);
        var files = new List<string>();
        foreach (var (number, share) in Numbered(shares).TakeLast(threshold))
        {
            var file = directory.File(string.Create(CultureInfo.InvariantCulture, $"share.{number:000}"));
            await File.WriteAllBytesAsync(file, share, cancellationToken);
            files.Add(file);
        }

        var combined = directory.File("combined");
        await ExternalProgram.RunSuccessfullyAsync("gfcombine", ["-o", combined, .. files], cancellationToken);
        Assert.That(await File.ReadAllBytesAsync(combined, cancellationToken), Is.EqualTo(secret));
    }

    [TestCase(2, 3)]
    [TestCase(5, 9)]
    public async Task Combine_OfSharesThatLibgfshareSplit_GivesTheSecret(int threshold, int count, CancellationToken cancellationToken)
    {
        using var directory = new TemporaryDirectory();
        var secret = RandomNumberGenerator.GetBytes(100);
        var input = directory.File("secret");
        await File.WriteAllBytesAsync(input, secret, cancellationToken);
        await ExternalProgram.RunSuccessfullyAsync(
            "gfsplit",
            ["-n", threshold.ToString(CultureInfo.InvariantCulture), "-m", count.ToString(CultureInfo.InvariantCulture), input, directory.File("share")],
            cancellationToken);
        var shares = Directory.EnumerateFiles(directory.Path, "share.*")
            .Select(file => (byte.Parse(Path.GetExtension(file).AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture), File.ReadAllBytes(file)))
            .ToList();
        Assert.That(shares, Has.Count.EqualTo(count));
        Assert.That(SecretSharing.Combine([.. shares.Take(threshold)]), Is.EqualTo(secret));
    }

    [Test]
    public void Invert_OfEveryElement_IsItsInverse() => Assert.That(
        Enumerable.Range(1, 255).Select(value => GaloisField.Multiply((byte)value, GaloisField.Invert((byte)value))), Has.All.EqualTo((byte)1));

    [Test]
    public void OperatorKey_WithAnotherPassphrase_DoesNotOpen()
    {
        var key = OperatorKey.Create("bob", "correct horse battery"u8, TimeProvider.System.GetUtcNow());
        using var opened = key.Open("correct horse battery"u8);
        Assert.That(opened, Is.Not.Null);
        Assert.That(key.Open("correct horse batterz"u8), Is.Null);
    }

    private static List<(byte Number, byte[] Share)> Numbered(IEnumerable<byte[]> shares) =>
        [.. shares.Select((share, index) => ((byte)(index + 1), share))];
}

using Signet.Protocol.Errors;
using Signet.Protocol.V1;
using Signet.Tokens.Host;
using Signet.Tokens.Tests.Tools;

namespace Signet.Tokens.Tests.Host;

/// <summary>PINs for keys that want one at each use: for one request, for so many signatures, for so long.</summary>
public sealed class KeyPinsTests
{
    private const string Key = "release";

    private readonly SteppedClock _clock = new();

    [Test]
    public void Take_AfterAsManySignaturesAsItWasGivenFor_HasNone()
    {
        using var pins = new KeyPins(_clock);
        var given = Give(pins, "r1", signatures: 2);
        Assert.That(pins.Take("r1", Key)?.Bytes, Is.EqualTo(new byte[] { 1, 2, 3, 4 }));
        Assert.That(pins.Take("r1", Key), Is.Not.Null);
        Assert.That(pins.Take("r1", Key), Is.Null);
        Assert.That(given, Has.All.Zero);
    }

    [Test]
    public void Take_ForAnotherRequestOrKey_HasNone()
    {
        using var pins = new KeyPins(_clock);
        Give(pins, "r1", signatures: 2);
        Assert.That(pins.Take("r2", Key), Is.Null);
        Assert.That(pins.Take("r1", "another"), Is.Null);
    }

    [Test]
    public void Take_AfterItsTime_HasNone()
    {
        using var pins = new KeyPins(_clock);
        var given = Give(pins, "r1", signatures: 2, expiresAt: _clock.GetUtcNow().AddMinutes(1));
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.That(pins.Take("r1", Key), Is.Null);
        Assert.That(given, Has.All.Zero);
    }

    [Test]
    public void Take_ADayAfterItWasGivenForever_HasNone()
    {
        using var pins = new KeyPins(_clock);
        Give(pins, "r1", signatures: 2);
        _clock.Advance(TimeSpan.FromDays(1));
        Assert.That(pins.Look("r1", Key), Is.Null);
    }

    [Test]
    public void Give_ForTheSameRequestAgain_IsUnprovedAndZeroesTheFirst()
    {
        using var pins = new KeyPins(_clock);
        var first = Give(pins, "r1", signatures: 2);
        pins.Prove("r1", Key);
        Assert.That(pins.Look("r1", Key), Is.EqualTo((true, false)));
        Give(pins, "r1", signatures: 2);
        Assert.That(pins.Look("r1", Key), Is.EqualTo((false, false)));
        Assert.That(first, Has.All.Zero);
    }

    [TestCase(0)]
    [TestCase(100_001)]
    public void Give_ForAnImpossibleNumber_IsRefusedAndZeroed(int signatures)
    {
        using var pins = new KeyPins(_clock);
        var bytes = new byte[] { 1, 2, 3, 4 };
        Assert.That(
            () => pins.Give("r1", Key, Secret.TakeOver(bytes), signatures, DateTimeOffset.MaxValue, acceptFinalTry: false),
            Throws.InstanceOf<SigningException>().With.Property(nameof(SigningException.Reason)).EqualTo(ErrorReason.InvalidRequest));
        Assert.That(bytes, Has.All.Zero);
    }

    private static byte[] Give(KeyPins pins, string requestId, int signatures, DateTimeOffset? expiresAt = null)
    {
        byte[] bytes = [1, 2, 3, 4];
        pins.Give(requestId, Key, Secret.TakeOver(bytes), signatures, expiresAt ?? DateTimeOffset.MaxValue, acceptFinalTry: false);
        return bytes;
    }
}

using System.Security.Cryptography;
using Signet.Testing.Cards;
using Signet.Testing.Tools;

namespace Signet.EndToEnd.Tests.Cards;

/// <summary>The virtual cards as OpenSC's own tools see them; without this a test on them would say little about Signet.</summary>
// Another fixture may have the readers for some minutes.
[CancelAfter(600_000)]
public sealed class VirtualCardTests
{
    private static readonly byte[] Message = "signed by a card"u8.ToArray();

    private static IEnumerable<TestCaseData> Keys =>
    [
        new TestCaseData(VirtualCard.OpenPgp, 0, "03", "aut").SetArgDisplayNames("OpenPGP authentication"),
        new TestCaseData(VirtualCard.OpenPgp, 1, "01", "sig").SetArgDisplayNames("OpenPGP signature"),
        new TestCaseData(VirtualCard.Gids, 0, "00", "sig").SetArgDisplayNames("GIDS"),
        new TestCaseData(VirtualCard.PivWithCardAuthentication, 0, "04", "9e").SetArgDisplayNames("PIV card authentication"),
    ];

    [TestCaseSource(nameof(Keys))]
    public async Task Sign_WithAKeyOfAVirtualCard_IsVerifiedByItsCertificate(
        VirtualCard card, int token, string id, string certificate, CancellationToken cancellationToken)
    {
        await using var reader = await SmartcardReader.StartAsync(card, cancellationToken);
        using var directory = new TemporaryDirectory();
        var (message, signature) = (directory.File("message"), directory.File("signature"));
        await File.WriteAllBytesAsync(message, Message, cancellationToken);

        string[] sign = ["--token-label", card.TokenLabels[token], "--sign", "--mechanism", "SHA256-RSA-PKCS", "--id", id,
            "--input-file", message, "--output-file", signature];
        var refused = await ToolAsync([.. sign, "--login", "--pin", "999999"], cancellationToken);
        Assert.That((refused.ExitCode, reader.Tries), Is.EqualTo((1, 2)), refused.All);
        var signed = await ToolAsync([.. sign, "--login", "--pin", card.Pin], cancellationToken);

        Assert.That(signed.ExitCode, Is.Zero, signed.All);
        Assert.That(reader.Tries, Is.EqualTo(3));
        using var key = reader.PublicKeyOf(certificate).GetRSAPublicKey()!;
        Assert.That(
            key.VerifyData(
                Message, await File.ReadAllBytesAsync(signature, cancellationToken), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
            Is.True);
    }

    [Test]
    public async Task OpenPgpCards_WhenThereAreTwo_ShareTheirLabelsAndHaveOneSerialNumberForTwoTokens(CancellationToken cancellationToken)
    {
        await using var reader = await SmartcardReader.StartAsync([VirtualCard.OpenPgp, VirtualCard.OpenPgp], cancellationToken);
        var listed = await ToolAsync(["--list-slots"], cancellationToken);

        Assert.That(reader.Cards[0].Serial, Is.Not.EqualTo(reader.Cards[1].Serial));
        foreach (var word in reader.Cards.Select(card => card.Serial).Concat(VirtualCard.OpenPgp.TokenLabels.Select(label => $": {label}\n")))
        {
            Assert.That(listed.Output.Split(word), Has.Length.EqualTo(3), $"'{word}' is there twice in\n{listed.Output}");
        }
    }

    private static Task<ProgramResult> ToolAsync(IEnumerable<string> arguments, CancellationToken cancellationToken) =>
        ExternalProgram.RunAsync("pkcs11-tool", ["--module", SmartcardReader.ModulePath, .. arguments], cancellationToken);
}

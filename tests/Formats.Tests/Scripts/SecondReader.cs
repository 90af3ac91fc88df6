using System.Buffers.Binary;
using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Signet.Testing.Tools;

namespace Signet.Formats.Tests.Scripts;

/// <summary>
/// Reads signed scripts by patterns over the whole text, as the descriptions of the block say, and lets openssl judge the
/// signature in it. For the kinds that no judge in Debian knows; it shares nothing with Signet.Formats.
/// </summary>
internal static partial class SecondReader
{
    /// <summary>Whether the signature block holds the digest of the script, and openssl accepts the signature.</summary>
    public static async Task<(bool Holds, string Why)> JudgeAsync(
        FormatBench bench, byte[] script, string extension, CancellationToken cancellationToken)
    {
        var (text, bytesOfMark) = Decode(script, extension);
        var match = (extension switch
        {
            ".vbs" => VisualBasic(),
            ".js" => JavaScript(),
            ".wsf" => ScriptFile(),
            _ => throw new ArgumentException($"{extension} has a judge.", nameof(extension)),
        }).Match(text);
        if (!match.Success)
        {
            return (false, "no signature block");
        }

        var signature = Convert.FromBase64String(LineStart().Replace(match.Groups["lines"].Value, string.Empty).ReplaceLineEndings(string.Empty));
        var without = text.Remove(match.Index, match.Length);
        var position = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(position, extension == ".wsf" ? without.LastIndexOf("</job>", StringComparison.Ordinal) : without.Length);
        byte[] signed = [.. Encoding.Unicode.GetBytes(without), .. position];
        var (content, sip, hash, digest) = ReadContent(signature);
        var expectedSip = extension switch
        {
            ".vbs" => "1629f04e-2799-4db5-8fe5-ace10f17ebab",
            ".js" => "06c9e010-38ce-11d4-a2a3-00104bd35090",
            _ => "1a610570-38ce-11d4-a2a3-00104bd35090",
        };
        if (sip != new Guid(expectedSip))
        {
            return (false, $"subject interface package {sip}");
        }

        if (!CryptographicOperations.HashData(hash, signed).AsSpan().SequenceEqual(digest))
        {
            return (false, $"digest over {signed.Length} bytes, mark of {bytesOfMark}");
        }

        var (file, contentFile) = (await bench.WriteAsync(signature, ".der", cancellationToken), await bench.WriteAsync(content, ".bin", cancellationToken));
        var judged = await ExternalProgram.RunAsync(
            "openssl",
            ["smime", "-verify", "-inform", "DER", "-in", file, "-content", contentFile, "-binary", "-CAfile", bench.SigningRoots, "-purpose", "any", "-out", "/dev/null"],
            cancellationToken);
        return (judged.ExitCode == 0, judged.All);
    }

    private static (string Text, int BytesOfMark) Decode(byte[] script, string extension)
    {
        if (script is [0xef, 0xbb, 0xbf, ..])
        {
            return (Encoding.UTF8.GetString(script, 3, script.Length - 3), 3);
        }

        if (script is [0xff, 0xfe, ..] or [0xfe, 0xff, ..])
        {
            var encoding = script[0] == 0xff ? Encoding.Unicode : Encoding.BigEndianUnicode;
            return (encoding.GetString(script, 2, script.Length - 2), 2);
        }

        var utf8 = Encoding.UTF8.GetString(script);
        return (extension == ".wsf" && !utf8.Contains('\ufffd', StringComparison.Ordinal)
            ? utf8
            : CodePagesEncodingProvider.Instance.GetEncoding(1252)!.GetString(script), 0);
    }

    private static (byte[] Content, Guid Sip, HashAlgorithmName Hash, byte[] Digest) ReadContent(byte[] signature)
    {
        var context = new Asn1Tag(TagClass.ContextSpecific, 0, isConstructed: true);
        var contentInfo = new AsnReader(signature, AsnEncodingRules.DER).ReadSequence();
        Assert.That(contentInfo.ReadObjectIdentifier(), Is.EqualTo("1.2.840.113549.1.7.2"));
        var signedData = contentInfo.ReadSequence(context).ReadSequence();
        Assert.That(signedData.ReadInteger(), Is.EqualTo(System.Numerics.BigInteger.One));
        signedData.ReadSetOf();
        var encapsulated = signedData.ReadSequence();
        Assert.That(encapsulated.ReadObjectIdentifier(), Is.EqualTo("1.3.6.1.4.1.311.2.1.4"));
        var wrapped = encapsulated.ReadSequence(context);
        var content = wrapped.PeekContentBytes().ToArray();
        var indirect = wrapped.ReadSequence();
        var data = indirect.ReadSequence();
        Assert.That(data.ReadObjectIdentifier(), Is.EqualTo("1.3.6.1.4.1.311.2.1.30"));
        var sip = data.ReadSequence();
        Assert.That(sip.ReadInteger(), Is.EqualTo(System.Numerics.BigInteger.One));
        var package = new Guid(sip.ReadOctetString());
        var digest = indirect.ReadSequence();
        var hash = digest.ReadSequence().ReadObjectIdentifier() switch
        {
            "2.16.840.1.101.3.4.2.1" => HashAlgorithmName.SHA256,
            "2.16.840.1.101.3.4.2.2" => HashAlgorithmName.SHA384,
            _ => HashAlgorithmName.SHA512,
        };
        return (content, package, hash, digest.ReadOctetString());
    }

    [GeneratedRegex(@"\r\n'' SIG '' Begin signature block\r\n(?<lines>('' SIG '' [A-Za-z0-9+/=]+\r\n)+)'' SIG '' End signature block\r\n\z")]
    private static partial Regex VisualBasic();

    [GeneratedRegex(@"\r\n// SIG // Begin signature block\r\n(?<lines>(// SIG // [A-Za-z0-9+/=]+\r\n)+)// SIG // End signature block\r\n\z")]
    private static partial Regex JavaScript();

    [GeneratedRegex(@"\r\n<signature>\r\n(?<lines>(\*\* SIG \*\* [A-Za-z0-9+/=]+\r\n)+)</signature>\r\n(?=</job>)")]
    private static partial Regex ScriptFile();

    [GeneratedRegex(@"^(''|//|\*\*) SIG (''|//|\*\*) ", RegexOptions.Multiline)]
    private static partial Regex LineStart();
}

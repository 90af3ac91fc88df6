using System.Text;
using Signet.Formats.Authenticode;

namespace Signet.Formats.Scripts;

/// <summary>A script that was read and awaits its signature.</summary>
internal sealed class PreparedScript(ReadScript script, ScriptLanguage language, SigningChoices choices) : IPreparedSignature
{
    private const int LineCharacters = 64;

    // Windows finds no block with other ends of lines, whatever those of the script are.
    private const string EndOfLine = "\r\n";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Edit>> SignAsync(
        ISigner signer, ITimestamper? timestamper, CancellationToken cancellationToken)
    {
        var content = IndirectData.ForScript(script.Digest, choices.HashAlgorithm, language.SipId, language.SipVersion);
        var signature = await AuthenticodeSigner.SignAsync(content, choices, signer, timestamper, cancellationToken)
            .ConfigureAwait(false);
        if (choices.ExistingSignature == ExistingSignatureRule.Append && script.Signature is { } existing)
        {
            signature = NestedSignature.Append(existing, signature);
        }

        return ToEdits(Encode(Block(signature)));
    }

    private Edit[] ToEdits(byte[] block)
    {
        var removed = script.BlockEnd - script.BlockStart;
        if (script.InsertAt == script.BlockStart || script.InsertAt == script.BlockEnd)
        {
            return [new Edit(script.BlockStart, removed, block)];
        }

        if (removed == 0)
        {
            return [new Edit(script.InsertAt, 0, block)];
        }

        var insert = new Edit(script.InsertAt, 0, block);
        var remove = new Edit(script.BlockStart, removed, default);
        return insert.Offset < remove.Offset ? [insert, remove] : [remove, insert];
    }

    private string Block(byte[] signature)
    {
        var base64 = Convert.ToBase64String(signature);
        var block = new StringBuilder(EndOfLine).Append(language.Begin).Append(EndOfLine);
        for (var start = 0; start < base64.Length; start += LineCharacters)
        {
            block.Append(language.LineStart)
                .Append(base64, start, Math.Min(LineCharacters, base64.Length - start))
                .Append(language.LineEnd)
                .Append(EndOfLine);
        }

        return block.Append(language.End).Append(EndOfLine).ToString();
    }

    private byte[] Encode(string block) => script.Mark switch
    {
        ByteOrderMark.Utf16LittleEndian => Encoding.Unicode.GetBytes(block),
        ByteOrderMark.Utf16BigEndian => Encoding.BigEndianUnicode.GetBytes(block),
        _ => Encoding.ASCII.GetBytes(block),
    };
}

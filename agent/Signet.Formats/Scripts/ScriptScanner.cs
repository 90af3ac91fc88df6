using System.Globalization;
using System.Text;

namespace Signet.Formats.Scripts;

/// <summary>
/// Tells the signature block of a script from its text, unit by unit as the file arrives, and hands the text to hashes. The end
/// of the line in front of the block belongs to the block.
/// </summary>
/// <remarks>Not safe for use by several threads at once.</remarks>
internal sealed class ScriptScanner(ScriptLanguage language, IReadOnlyList<ScriptHash> hashes)
{
    /// <summary>How many units are hashed at a time.</summary>
    public const int BufferUnits = 2048;

    // A real block has some 20 KB, in lines of 64 characters.
    private const int MaxLineUnits = 4096;
    private const int MaxBlockUnits = 32 << 20;

    private readonly ushort[] _text = new ushort[BufferUnits];
    private readonly ushort[] _held = new ushort[language.Begin.Length + 3];
    private readonly long[] _unitsBefore = new long[hashes.Count];
    private readonly StringBuilder _line = new();
    private readonly StringBuilder _base64 = new();
    private int _textCount;
    private int _heldCount;
    private long _index;
    private Place _place = Place.LineStart;
    private int _matched;
    private int _matchedBefore;

    private enum Place
    {
        InLine,
        AfterCarriageReturn,
        LineStart,
        AfterBegin,
        AfterBeginCarriageReturn,
        Block,
        Behind,
    }

    /// <summary>First unit of the block; null where there is none.</summary>
    public long? BlockStart { get; private set; }

    /// <summary>First unit behind the block.</summary>
    public long BlockEnd { get; private set; }

    /// <summary>The text in the block's lines.</summary>
    public string Base64 => _base64.ToString();

    /// <summary>First unit of the last <see cref="ScriptLanguage.BlockBefore"/>; null where there is none.</summary>
    public long? BeforeIndex { get; private set; }

    /// <summary>For each hash the UTF-16 units of text in front of <see cref="BeforeIndex"/>.</summary>
    public IReadOnlyList<long> UnitsBefore => _unitsBefore;

    /// <summary>How many units there are, those of the byte order mark left out.</summary>
    public long Count => _index;

    /// <summary>Takes the next unit.</summary>
    /// <exception cref="SignatureFormatException">The block is broken, or this is no text.</exception>
    public void Add(ushort unit)
    {
        if (unit == 0)
        {
            throw ScriptFormat.Malformed($"there is a NUL at position {_index}, so it is no text (UTF-16 needs its byte order mark)");
        }

        if (_place == Place.Block)
        {
            AddToBlock(unit);
        }
        else if (_place == Place.Behind)
        {
            AddBehind(unit);
        }
        else
        {
            AddText(unit);
        }

        _index++;
    }

    /// <summary>Nothing follows.</summary>
    /// <exception cref="SignatureFormatException">The block has no end.</exception>
    public void Finish()
    {
        if (_place == Place.Block)
        {
            EndLine();
        }

        if (_place is Place.Block or Place.AfterBegin or Place.AfterBeginCarriageReturn)
        {
            throw ScriptFormat.Malformed($"its signature block has no line '{language.End}'");
        }

        BlockEnd = _place == Place.Behind ? _index : BlockEnd;
        ReleaseHeld();
        Flush(isEnd: true);
    }

    private void AddText(ushort unit)
    {
        switch (_place)
        {
            case Place.AfterCarriageReturn when unit == '\n':
                Hold(unit);
                _place = Place.LineStart;
                _matched = 0;
                return;
            case Place.LineStart when _matched < language.Begin.Length && unit == language.Begin[_matched]:
                Hold(unit);
                if (++_matched == language.Begin.Length)
                {
                    _place = Place.AfterBegin;
                }

                return;
            case Place.AfterBegin when unit == '\r':
                Hold(unit);
                _place = Place.AfterBeginCarriageReturn;
                return;
            case Place.AfterBegin or Place.AfterBeginCarriageReturn when unit == '\n':
                BeginBlock();
                return;
            case Place.InLine:
                break;
            default:
                ReleaseHeld();
                break;
        }

        // No part of what was held can begin a line, so only this unit can.
        if (unit is '\r' or '\n')
        {
            Hold(unit);
            _place = unit == '\r' ? Place.AfterCarriageReturn : Place.LineStart;
            _matched = 0;
        }
        else
        {
            _place = Place.InLine;
            Emit(unit, _index);
        }
    }

    private void BeginBlock()
    {
        if (BlockStart is not null)
        {
            throw ScriptFormat.Malformed($"it has more than one line '{language.Begin}'");
        }

        BlockStart = _index - _heldCount;
        _heldCount = 0;
        _place = Place.Block;
    }

    private void AddToBlock(ushort unit)
    {
        if (unit == '\n')
        {
            EndLine();
            BlockEnd = _index + 1;
        }
        else if (_line.Length == MaxLineUnits)
        {
            throw ScriptFormat.Malformed($"its signature block has a line of more than {MaxLineUnits} characters");
        }
        else
        {
            _line.Append((char)unit);
        }
    }

    private void EndLine()
    {
        if (_line.Length > 0 && _line[^1] == '\r')
        {
            _line.Length--;
        }

        var line = _line.ToString();
        _line.Clear();
        if (line == language.End)
        {
            BlockEnd = _index;
            _place = language.BlockBefore is null ? Place.Behind : Place.LineStart;
            _matched = 0;
            return;
        }

        var fixedLength = language.LineStart.Length + language.LineEnd.Length;
        if (line.Length < fixedLength
            || !line.StartsWith(language.LineStart, StringComparison.Ordinal)
            || !line.EndsWith(language.LineEnd, StringComparison.Ordinal)
            || _base64.Length > MaxBlockUnits)
        {
            throw ScriptFormat.Malformed("its signature block has a line that is none of a signature");
        }

        _base64.Append(line, language.LineStart.Length, line.Length - fixedLength);
    }

    // Editors add empty lines; they go with the block. Anything else would be text that no signature covers.
    private void AddBehind(ushort unit)
    {
        if (unit is not ('\r' or '\n' or ' ' or '\t'))
        {
            throw ScriptFormat.Malformed(
                string.Create(CultureInfo.InvariantCulture, $"there is text behind its signature block, at position {_index}"));
        }
    }

    private void Hold(ushort unit) => _held[_heldCount++] = unit;

    private void ReleaseHeld()
    {
        for (var index = 0; index < _heldCount; index++)
        {
            Emit(_held[index], _index - _heldCount + index);
        }

        _heldCount = 0;
    }

    private void Emit(ushort unit, long index)
    {
        if (_textCount == BufferUnits)
        {
            Flush();
        }

        _text[_textCount++] = unit;
        if (language.BlockBefore is { } before)
        {
            // Its first character comes up nowhere else in it, so a match can begin anew only there.
            _matchedBefore = unit == before[_matchedBefore] ? _matchedBefore + 1 : unit == before[0] ? 1 : 0;
            if (_matchedBefore == before.Length)
            {
                MarkBefore(before.Length, index);
            }
        }
    }

    private void MarkBefore(int length, long index)
    {
        _matchedBefore = 0;
        Flush();
        BeforeIndex = index - length + 1;
        for (var number = 0; number < hashes.Count; number++)
        {
            _unitsBefore[number] = hashes[number].Units - length;
        }
    }

    private void Flush(bool isEnd = false)
    {
        foreach (var hash in hashes)
        {
            hash.Add(_text.AsSpan(0, _textCount), isEnd);
        }

        _textCount = 0;
    }
}

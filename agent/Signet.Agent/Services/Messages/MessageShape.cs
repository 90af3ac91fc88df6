using System.Buffers;
using System.Globalization;
using Google.Protobuf.Reflection;
using Signet.Protocol.Errors;
using Signet.Protocol.V1;

namespace Signet.Agent.Services.Messages;

/// <summary>
/// Looks through the bytes of a message before an object is made of it: two bytes on the wire can be an object of a hundred, so
/// that a bound on bytes alone bounds no memory. What is not well formed is left to the parser.
/// </summary>
/// <param name="type">The message's type.</param>
/// <param name="mostOf">Most entries of each repeated field, by its full name; a repeated field that is not named may have none.</param>
/// <param name="longestText">Most bytes of a text or of bytes.</param>
/// <remarks>Immutable. Protocol Buffers, "Encoding".</remarks>
internal sealed class MessageShape(MessageDescriptor type, IReadOnlyDictionary<string, int> mostOf, int longestText)
{
    private const int TagTypeBits = 3;
    private const int TagTypeMask = 7;
    private const int VarintMaxBytes = 10;

    private enum WireType
    {
        Varint = 0,
        Fixed64 = 1,
        Delimited = 2,
        Fixed32 = 5,
    }

    /// <summary>Looks through a message.</summary>
    /// <returns>What is too much; null where nothing is.</returns>
    public SigningException? FindProblem(ReadOnlySequence<byte> message)
    {
        var counts = new Dictionary<FieldDescriptor, int>();
        return FindProblem(message, type, counts);
    }

    private SigningException? FindProblem(
        ReadOnlySequence<byte> message, MessageDescriptor type, Dictionary<FieldDescriptor, int> counts)
    {
        var reader = new SequenceReader<byte>(message);
        while (TryReadVarint(ref reader, out var tag))
        {
            // The fields of a group, which no message here has, are looked at as if they were the message's own.
            var field = tag >> TagTypeBits <= int.MaxValue ? type.FindFieldByNumber((int)(tag >> TagTypeBits)) : null;
            var wire = (WireType)(tag & TagTypeMask);
            if (field is not null && CountTooMany(field, counts) is { } tooMany)
            {
                return tooMany;
            }

            switch (wire)
            {
                case WireType.Varint when TryReadVarint(ref reader, out _):
                case WireType.Fixed64 when TrySkip(ref reader, sizeof(ulong)):
                case WireType.Fixed32 when TrySkip(ref reader, sizeof(uint)):
                    break;
                case WireType.Delimited when TryReadVarint(ref reader, out var length) && (ulong)reader.Remaining >= length:
                    if (field is not null && FindProblem(reader.UnreadSequence.Slice(0, (long)length), field, counts) is { } problem)
                    {
                        return problem;
                    }

                    reader.Advance((long)length);
                    break;
                case WireType.Varint or WireType.Fixed64 or WireType.Fixed32 or WireType.Delimited:
                    return null;
            }
        }

        return null;
    }

    private SigningException? FindProblem(
        ReadOnlySequence<byte> content, FieldDescriptor field, Dictionary<FieldDescriptor, int> counts)
    {
        if (field.FieldType == FieldType.Message)
        {
            return FindProblem(content, field.MessageType, counts);
        }

        return content.Length > longestText && field.FieldType is FieldType.String or FieldType.Bytes
            ? TooMuch($"{field.FullName} has {content.Length} bytes; at most {longestText} are taken.")
            : null;
    }

    private SigningException? CountTooMany(FieldDescriptor field, Dictionary<FieldDescriptor, int> counts)
    {
        if (!field.IsRepeated)
        {
            return null;
        }

        var count = counts[field] = counts.GetValueOrDefault(field) + 1;
        var most = mostOf.GetValueOrDefault(field.FullName);
        return count > most ? TooMuch($"{field.FullName} has more than {most} entries.") : null;
    }

    private static SigningException TooMuch(FormattableString detail) =>
        new(ErrorReason.LimitExceeded, detail.ToString(CultureInfo.InvariantCulture));

    private static bool TrySkip(ref SequenceReader<byte> reader, int bytes)
    {
        if (reader.Remaining < bytes)
        {
            return false;
        }

        reader.Advance(bytes);
        return true;
    }

    private static bool TryReadVarint(ref SequenceReader<byte> reader, out ulong value)
    {
        value = 0;
        for (var index = 0; index < VarintMaxBytes && reader.TryRead(out var part); index++)
        {
            value |= (ulong)(part & 0x7F) << (7 * index);
            if (part < 0x80)
            {
                return true;
            }
        }

        return false;
    }
}

using System.Text.Json;

namespace Signet.Agent.Ledger;

/// <summary>What every record states beside its fields.</summary>
/// <param name="Index">Its index in the ledger.</param>
/// <param name="Kind">One of <see cref="LedgerKinds"/>.</param>
/// <param name="Actor">Who caused it.</param>
/// <param name="Time">When it was written.</param>
internal sealed record RecordHeader(long Index, string Kind, string Actor, DateTimeOffset Time)
{
    /// <summary>Reads it from a stored record.</summary>
    /// <exception cref="FormatException">The bytes are not those of a record.</exception>
    public static RecordHeader Read(ReadOnlySpan<byte> record)
    {
        long? index = null;
        string? kind = null;
        string? actor = null;
        DateTimeOffset? time = null;
        var reader = new Utf8JsonReader(record);
        try
        {
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("index"u8))
                {
                    reader.Read();
                    index = reader.GetInt64();
                }
                else if (reader.ValueTextEquals("kind"u8))
                {
                    reader.Read();
                    kind = reader.GetString();
                }
                else if (reader.ValueTextEquals("actor"u8))
                {
                    reader.Read();
                    actor = reader.GetString();
                }
                else if (reader.ValueTextEquals("time"u8))
                {
                    reader.Read();
                    time = reader.GetDateTimeOffset();
                }
                else
                {
                    reader.Skip();
                }
            }

            // Nothing may follow the object.
            while (reader.Read())
            {
                throw new FormatException("there is more behind it.");
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new FormatException("it is no JSON object of a record.", exception);
        }

        return index is { } i && kind is not null && actor is not null && time is { } t
            ? new RecordHeader(i, kind, actor, t)
            : throw new FormatException("it lacks index, kind, actor or time.");
    }
}

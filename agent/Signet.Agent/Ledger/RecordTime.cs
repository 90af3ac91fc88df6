using System.Text.Json;

namespace Signet.Agent.Ledger;

/// <summary>Reads the time of a stored record.</summary>
internal static class RecordTime
{
    /// <summary>When the record was written.</summary>
    /// <param name="record">Its stored bytes.</param>
    /// <exception cref="FormatException">They are not those of a record.</exception>
    public static DateTimeOffset Of(ReadOnlySpan<byte> record)
    {
        var reader = new Utf8JsonReader(record);
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType == JsonTokenType.PropertyName && reader.CurrentDepth == 1 && reader.ValueTextEquals("time"u8))
                {
                    reader.Read();
                    return reader.GetDateTimeOffset();
                }
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new FormatException("The ledger holds a record that is no JSON.", exception);
        }

        throw new FormatException("The ledger holds a record without a time.");
    }
}

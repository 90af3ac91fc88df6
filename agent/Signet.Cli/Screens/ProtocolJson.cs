using Google.Protobuf;

namespace Signet.Cli.Screens;

/// <summary>
/// A message in the JSON form of Protocol Buffers: names in lowerCamelCase, bytes in base64, 64-bit numbers as strings.
/// </summary>
internal static class ProtocolJson
{
    private static readonly JsonFormatter.Settings Settings = JsonFormatter.Settings.Default.WithFormatDefaultValues(true);

    /// <summary>Several indented lines.</summary>
    public static string Format(IMessage message) => new JsonFormatter(Settings.WithIndentation()).Format(message);

    /// <summary>One line.</summary>
    public static string FormatLine(IMessage message) => new JsonFormatter(Settings).Format(message);
}

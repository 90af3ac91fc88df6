using Google.Protobuf.Reflection;
using Signet.Protocol.V1;

namespace Signet.Protocol.Tests.Contract;

/// <summary>All of signet.v1 as text, one line for each thing that a peer on the wire depends on.</summary>
internal static class ProtocolDescription
{
    public static IReadOnlyList<FileDescriptor> Files { get; } =
        [SigningReflection.Descriptor, OperatorReflection.Descriptor, QuorumReflection.Descriptor, TokenReflection.Descriptor];

    public static IEnumerable<MessageDescriptor> Messages => Files.SelectMany(file => file.MessageTypes).SelectMany(WithNested);

    public static IEnumerable<EnumDescriptor> Enums =>
        Files.SelectMany(file => file.EnumTypes).Concat(Messages.SelectMany(message => message.EnumTypes));

    public static IEnumerable<MethodDescriptor> Methods => Files.SelectMany(file => file.Services).SelectMany(service => service.Methods);

    public static string Text() => string.Concat(Lines().Select(line => line + "\n"));

    private static IEnumerable<string> Lines()
    {
        foreach (var method in Methods)
        {
            yield return $"rpc {method.FullName} ({Streamed(method.IsClientStreaming)}{method.InputType.FullName})"
                + $" returns ({Streamed(method.IsServerStreaming)}{method.OutputType.FullName})";
        }

        foreach (var field in Messages.SelectMany(message => message.Fields.InDeclarationOrder()))
        {
            yield return $"field {field.FullName} = {field.FieldNumber} {Label(field)}{TypeName(field)}";
        }

        foreach (var value in Enums.SelectMany(type => type.Values))
        {
            yield return $"enum {value.EnumDescriptor.FullName} {value.Name} = {value.Number}";
        }
    }

    private static IEnumerable<MessageDescriptor> WithNested(MessageDescriptor message) =>
        message.NestedTypes.SelectMany(WithNested).Prepend(message);

    private static string Streamed(bool streaming) => streaming ? "stream " : string.Empty;

    private static string Label(FieldDescriptor field) =>
        field.IsRepeated ? "repeated "
        : field.RealContainingOneof is { } oneof ? $"oneof {oneof.Name} "
        : field.HasPresence && field.FieldType != FieldType.Message ? "optional "
        : string.Empty;

    private static string TypeName(FieldDescriptor field) => field.FieldType switch
    {
        FieldType.Message => field.MessageType.FullName,
        FieldType.Enum => field.EnumType.FullName,
        var scalar => scalar.ToString().ToLowerInvariant(),
    };
}

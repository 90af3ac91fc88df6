using Google.Protobuf;
using Grpc.Core;

namespace Signet.Agent.Services.Messages;

/// <summary>
/// Makes messages of what controllers send. Fields that this version does not know are dropped: kept, they would go into the store
/// and out to the operators.
/// </summary>
internal static class MessageMarshaller
{
    /// <summary>For messages that are as small as the bound on their bytes.</summary>
    public static Marshaller<T> For<T>(MessageParser<T> parser)
        where T : class, IMessage<T>
    {
        var known = parser.WithDiscardUnknownFields(true);
        return new Marshaller<T>(Serialize, context => known.ParseFrom(context.PayloadAsReadOnlySequence()));
    }

    /// <summary>For messages that are looked through before they are made.</summary>
    public static Marshaller<Received<T>> For<T>(MessageParser<T> parser, MessageShape shape)
        where T : class, IMessage<T>
    {
        var known = parser.WithDiscardUnknownFields(true);
        return new Marshaller<Received<T>>(
            (received, context) => Serialize(received.Message, context),
            context =>
            {
                var payload = context.PayloadAsReadOnlySequence();
                return shape.FindProblem(payload) is { } problem
                    ? new Received<T>(problem)
                    : new Received<T>(known.ParseFrom(payload));
            });
    }

    private static void Serialize<T>(T message, SerializationContext context)
        where T : class, IMessage<T>
    {
        context.SetPayloadLength(message.CalculateSize());
        message.WriteTo(context.GetBufferWriter());
        context.Complete();
    }
}

using Signet.Protocol.Errors;

namespace Signet.Agent.Services.Messages;

/// <summary>A message as it arrived, or what was too much about it before it was made: its refusal has to be recorded.</summary>
/// <typeparam name="T">The message.</typeparam>
internal sealed class Received<T>
    where T : class
{
    private readonly T? _message;
    private readonly SigningException? _problem;

    /// <summary>A message that was taken.</summary>
    public Received(T message) => _message = message;

    /// <summary>A message that is too much.</summary>
    public Received(SigningException problem) => _problem = problem;

    /// <summary>The message.</summary>
    /// <exception cref="SigningException">It is too much.</exception>
    public T Message => _message ?? throw _problem!;
}

using Microsoft.Data.Sqlite;

namespace Signet.Agent.Storage.Sqlite;

/// <summary>One caller's work that waits for the writer.</summary>
internal interface IWorkItem
{
    /// <summary>Whether the caller no longer wants it; decided before the work starts.</summary>
    bool IsCancelled { get; }

    /// <summary>Does the work. False where it threw, so that its changes have to be undone.</summary>
    /// <exception cref="SqliteException">The store failed, which is the whole group's matter.</exception>
    bool Run(IAgentTransaction transaction);

    /// <summary>The group's checkpoint is there: reads what the caller is answered. Nothing where the work threw.</summary>
    void Answer(IAgentReader reader);

    /// <summary>All is on disk: hands the caller its result.</summary>
    void Complete();

    /// <summary>The group failed.</summary>
    void Fail(Exception exception);
}

/// <inheritdoc cref="IWorkItem"/>
internal sealed class WorkItem<T, TAnswer>(
    Func<IAgentTransaction, T> work, Func<IAgentReader, T, TAnswer> answer, CancellationToken cancellationToken) : IWorkItem
{
    private readonly TaskCompletionSource<TAnswer> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T? _value;
    private TAnswer? _answer;
    private Exception? _exception;

    /// <summary>Ends once the work is on disk, or was not done.</summary>
    public Task<TAnswer> Result => _result.Task;

    /// <inheritdoc/>
    public bool IsCancelled
    {
        get
        {
            if (!cancellationToken.IsCancellationRequested)
            {
                return false;
            }

            _result.TrySetCanceled(cancellationToken);
            return true;
        }
    }

    /// <inheritdoc/>
    public bool Run(IAgentTransaction transaction)
    {
        try
        {
            _value = work(transaction);
            return true;
        }
        catch (Exception exception) when (exception is not SqliteException)
        {
            _exception = exception;
            return false;
        }
    }

    /// <inheritdoc/>
    public void Answer(IAgentReader reader)
    {
        if (_exception is null)
        {
            _answer = answer(reader, _value!);
        }
    }

    /// <inheritdoc/>
    public void Complete()
    {
        if (_exception is null)
        {
            _result.TrySetResult(_answer!);
        }
        else
        {
            _result.TrySetException(_exception);
        }
    }

    /// <inheritdoc/>
    public void Fail(Exception exception) => _result.TrySetException(exception);
}

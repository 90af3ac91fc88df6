using Microsoft.Data.Sqlite;

namespace Signet.Agent.Storage.Sqlite;

/// <summary>
/// A connection with the statements that it has prepared: the same few run for every signature, and parsing them again costs
/// more than running them.
/// </summary>
/// <remarks>Used by one thread at a time.</remarks>
internal sealed class SqliteSession(SqliteConnection connection) : IDisposable
{
    // Texts are constants but for lists of states; this is far more than there are.
    private const int MaxPrepared = 128;

    private readonly Dictionary<string, SqliteCommand> _prepared = new(StringComparer.Ordinal);

    /// <summary>Begins a transaction, which every statement is part of until it is disposed.</summary>
    /// <param name="deferred">Whether it takes its lock with the first statement; for reading.</param>
    public SessionTransaction Begin(bool deferred)
    {
        Execute(deferred ? "BEGIN" : "BEGIN IMMEDIATE");
        return new SessionTransaction(this);
    }

    /// <summary>Runs a statement; returns how many rows it changed.</summary>
    public int Execute(string sql, params ReadOnlySpan<(string Name, object? Value)> parameters) =>
        Prepared(sql, parameters).ExecuteNonQuery();

    /// <summary>The first column of the first row; null for no row or NULL.</summary>
    public object? Scalar(string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        var value = Prepared(sql, parameters).ExecuteScalar();
        return value is DBNull ? null : value;
    }

    /// <summary>Every row, read by <paramref name="read"/>, which runs no statement of its own.</summary>
    public List<T> Query<T>(
        string sql, Func<SqliteDataReader, T> read, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        using var reader = Prepared(sql, parameters).ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
        {
            rows.Add(read(reader));
        }

        return rows;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var command in _prepared.Values)
        {
            command.Dispose();
        }

        _prepared.Clear();
        connection.Dispose();
    }

    private SqliteCommand Prepared(string sql, ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        if (!_prepared.TryGetValue(sql, out var command))
        {
            command = Prepare(sql, parameters);
        }

        for (var index = 0; index < parameters.Length; index++)
        {
            command.Parameters[index].Value = parameters[index].Value ?? DBNull.Value;
        }

        return command;
    }

    private SqliteCommand Prepare(string sql, ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        if (_prepared.Count >= MaxPrepared)
        {
            foreach (var old in _prepared.Values)
            {
                old.Dispose();
            }

            _prepared.Clear();
        }

        var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, _) in parameters)
        {
            command.Parameters.Add(new SqliteParameter { ParameterName = name });
        }

        _prepared.Add(sql, command);
        return command;
    }
}

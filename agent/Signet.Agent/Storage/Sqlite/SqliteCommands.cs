using Microsoft.Data.Sqlite;

namespace Signet.Agent.Storage.Sqlite;

/// <summary>Short forms for commands that run once: pragmas and the making of tables.</summary>
internal static class SqliteCommands
{
    /// <summary>Runs a statement; returns how many rows it changed.</summary>
    public static int Execute(
        this SqliteConnection connection, string sql, params (string Name, object? Value)[] parameters)
    {
        using var command = connection.Command(sql, parameters);
        return command.ExecuteNonQuery();
    }

    /// <summary>The first column of the first row; null for no row or NULL.</summary>
    public static object? Scalar(
        this SqliteConnection connection, string sql, params (string Name, object? Value)[] parameters)
    {
        using var command = connection.Command(sql, parameters);
        var value = command.ExecuteScalar();
        return value is DBNull ? null : value;
    }

    private static SqliteCommand Command(
        this SqliteConnection connection, string sql, (string Name, object? Value)[] parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in parameters)
        {
            command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        }

        return command;
    }
}

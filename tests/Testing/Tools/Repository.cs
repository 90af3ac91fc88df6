using System.Reflection;

namespace Signet.Testing.Tools;

/// <summary>Where things lie in the checked-out repository, seen from the test that runs.</summary>
public static class Repository
{
    /// <summary>The directory that holds Signet.slnx.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>"Debug" or "Release": how the running test was built, and so everything that it starts.</summary>
    public static string Configuration { get; } =
        typeof(Repository).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()?.Configuration
        ?? throw new InvalidOperationException("The test assembly does not say which configuration it was built with.");

    /// <summary>The absolute path of a file or directory of the repository.</summary>
    /// <param name="relativePath">Its path from the root, segments joined by '/'.</param>
    public static string PathOf(string relativePath) => Path.GetFullPath(Path.Combine(Root, relativePath));

    /// <summary>The absolute path of a file that a .NET project was built into.</summary>
    /// <param name="project">The project's directory from the root.</param>
    /// <param name="file">Path of the file in the output directory.</param>
    /// <exception cref="FileNotFoundException">The project is not built in this configuration.</exception>
    public static string Built(string project, string file)
    {
        var path = PathOf($"{project}/bin/{Configuration}/net10.0/{file}");
        return File.Exists(path)
            ? path
            : throw new FileNotFoundException($"{path} is not built. Run: dotnet build -c {Configuration} {project}", path);
    }

    private static string FindRoot()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "Signet.slnx")))
            {
                return directory.FullName;
            }
        }

        throw new InvalidOperationException($"No directory above {AppContext.BaseDirectory} holds Signet.slnx.");
    }
}

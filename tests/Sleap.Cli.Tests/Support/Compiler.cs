using System.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Sleap.Cli.Tests;

/// <summary>Compiles C# against the assemblies of this build, in memory.</summary>
internal static class Compiler
{
    private const string ImplicitUsings =
        "global using System; global using System.Collections.Generic; global using System.IO; global using "
        + "System.Linq; global using System.Net.Http; global using System.Threading; global using "
        + "System.Threading.Tasks;";

    private static readonly CSharpParseOptions Parsing = CSharpParseOptions.Default.WithLanguageVersion(
        LanguageVersion.Latest
    );

    // What this process itself finds: the assemblies of this build, those in NuGet's folder, and the framework's.
    private static readonly Lazy<MetadataReference[]> References = new(() =>
        [
            .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
                .Split(Path.PathSeparator)
                .Select(file => MetadataReference.CreateFromFile(file)),
        ]
    );

    /// <summary>Errors and warnings of a program of one file, as <c>dotnet run FILE</c> would compile it.</summary>
    /// <param name="name">The file, for messages.</param>
    /// <param name="source">The program.</param>
    public static IReadOnlyList<string> Program(string name, string source) =>
        Diagnostics([(name, WithoutHead(source))], OutputKind.ConsoleApplication);

    /// <summary>Errors and warnings of several files together.</summary>
    public static IReadOnlyList<string> Library(IEnumerable<(string Name, string Source)> files) =>
        Diagnostics(files, OutputKind.DynamicallyLinkedLibrary);

    /// <summary>
    /// Compiles a program of one file and runs it in a process of its own, without the seconds that 'dotnet run' takes
    /// to build; expects exit code 0.
    /// </summary>
    /// <param name="file">The program.</param>
    /// <param name="folder">Where it runs.</param>
    /// <param name="words">Its arguments.</param>
    /// <returns>What it wrote.</returns>
    public static string Run(string file, string folder, params string[] words) =>
        Run([(file, WithoutHead(File.ReadAllText(file)))], folder, words);

    /// <summary>The same for a program of several files.</summary>
    public static string Run(IEnumerable<(string Name, string Source)> files, string folder, params string[] words)
    {
        using var running = Start(files, folder, words);
        var error = running.Process.StandardError.ReadToEndAsync();
        var output = running.Process.StandardOutput.ReadToEnd();
        running.Process.WaitForExit();
        Assert.True(running.Process.ExitCode == 0, $"exit code {running.Process.ExitCode}\n{output}\n{error.Result}");
        return output;
    }

    /// <summary>The same for a program of one file that runs until it is disposed.</summary>
    public static RunningProgram Start(string file, string folder, params string[] words) =>
        Start([(file, WithoutHead(File.ReadAllText(file)))], folder, words);

    private static RunningProgram Start(IEnumerable<(string Name, string Source)> files, string folder, string[] words)
    {
        // Beside the assemblies that it uses, whose places the tests' own files know.
        var program = Path.Combine(AppContext.BaseDirectory, $"program-{Guid.NewGuid():N}.dll");
        try
        {
            Assert.Empty(
                Compilation(files, OutputKind.ConsoleApplication)
                    .Emit(program)
                    .Diagnostics.Where(found => found.Severity >= DiagnosticSeverity.Warning)
            );
            string Known(string ending) => Path.Combine(AppContext.BaseDirectory, "Sleap.Cli.Tests" + ending);
            var start = new ProcessStartInfo(
                "dotnet",
                [
                    "exec",
                    "--runtimeconfig",
                    Known(".runtimeconfig.json"),
                    "--depsfile",
                    Known(".deps.json"),
                    program,
                    .. words,
                ]
            )
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                WorkingDirectory = folder,
            };
            // Tests run side by side: threads of libtorch that wait for each other are slower than one.
            start.Environment["OMP_NUM_THREADS"] = "1";
            return new(Process.Start(start)!, program);
        }
        catch
        {
            File.Delete(program);
            throw;
        }
    }

    // Lines keep their numbers.
    private static string WithoutHead(string source) =>
        string.Join(
            '\n',
            source.Split('\n').Select(line => line.StartsWith("#:", StringComparison.Ordinal) ? "" : line)
        );

    private static IReadOnlyList<string> Diagnostics(
        IEnumerable<(string Name, string Source)> files,
        OutputKind kind
    ) =>
        [
            .. Compilation(files, kind)
                .GetDiagnostics()
                .Where(found => found.Severity >= DiagnosticSeverity.Warning)
                .Select(found => found.ToString()),
        ];

    private static CSharpCompilation Compilation(IEnumerable<(string Name, string Source)> files, OutputKind kind)
    {
        var options = new CSharpCompilationOptions(
            kind,
            nullableContextOptions: NullableContextOptions.Enable,
            warningLevel: 9999
        );
        var trees = files
            .Prepend(("usings", ImplicitUsings))
            .Concat(
                kind == OutputKind.ConsoleApplication
                    ?
                    [
                        (
                            "start",
                            File.ReadAllText(Path.Combine(Cli.Root, "src/Sleap.MLNet/buildTransitive/SleapStart.cs"))
                        ),
                    ]
                    : []
            )
            .Select(file => CSharpSyntaxTree.ParseText(file.Item2, Parsing, file.Item1, System.Text.Encoding.UTF8));
        return CSharpCompilation.Create($"compiled{Guid.NewGuid():N}", trees, References.Value, options);
    }
}

/// <summary>A compiled program in a process of its own; ended and deleted when it is disposed.</summary>
internal sealed class RunningProgram(Process process, string file) : IDisposable
{
    public Process Process => process;

    public void Dispose()
    {
        if (!process.HasExited)
        {
            process.Kill();
            process.WaitForExit();
        }
        process.Dispose();
        File.Delete(file);
    }
}

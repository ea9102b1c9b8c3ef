using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Sleap.Cli.Tests;

/// <summary>Compiles C# against the assemblies of this build, in memory.</summary>
internal static class Compiler
{
    private const string ImplicitUsings = "global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq; global using System.Net.Http; global using System.Threading; global using System.Threading.Tasks;";

    private static readonly CSharpParseOptions Parsing = CSharpParseOptions.Default.WithLanguageVersion(LanguageVersion.Latest);
    private static readonly Lazy<MetadataReference[]> References = new(() => In(AppContext.BaseDirectory));

    /// <summary>Errors and warnings of a program of one file, as <c>dotnet run FILE</c> would compile it.</summary>
    /// <param name="name">The file, for messages.</param>
    /// <param name="source">The program.</param>
    /// <param name="first">A folder whose assemblies go before those of this build; null for none.</param>
    public static IReadOnlyList<string> Program(string name, string source, string? first = null) =>
        Diagnostics([(name, string.Join('\n', source.Split('\n').Select(line => line.StartsWith("#:", StringComparison.Ordinal) ? "" : line)))], OutputKind.ConsoleApplication, first);

    /// <summary>Errors and warnings of several files together.</summary>
    public static IReadOnlyList<string> Library(IEnumerable<(string Name, string Source)> files) => Diagnostics(files, OutputKind.DynamicallyLinkedLibrary, null);

    private static IReadOnlyList<string> Diagnostics(IEnumerable<(string Name, string Source)> files, OutputKind kind, string? first)
    {
        var options = new CSharpCompilationOptions(kind, nullableContextOptions: NullableContextOptions.Enable, warningLevel: 9999);
        var trees = files.Prepend(("usings", ImplicitUsings)).Select(file => CSharpSyntaxTree.ParseText(file.Item2, Parsing, file.Item1));
        return [.. CSharpCompilation.Create("compiled", trees, first is null ? References.Value : In(first, AppContext.BaseDirectory), options).GetDiagnostics().Where(found => found.Severity >= DiagnosticSeverity.Warning).Select(found => found.ToString())];
    }

    private static MetadataReference[] In(params string[] folders) =>
    [
        .. folders.Append(Path.GetDirectoryName(typeof(object).Assembly.Location)!)
            .SelectMany(folder => Directory.GetFiles(folder, "*.dll")).DistinctBy(Path.GetFileName).Where(IsManaged).Select(file => MetadataReference.CreateFromFile(file)),
    ];

    private static bool IsManaged(string file)
    {
        try
        {
            AssemblyName.GetAssemblyName(file);
            return true;
        }
        catch (BadImageFormatException)
        {
            return false;
        }
    }
}

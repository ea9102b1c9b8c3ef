using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Sleap.Cli.Tests;

/// <summary>Compiles C# against the assemblies of this build, in memory.</summary>
internal static class Compiler
{
    private const string ImplicitUsings = "global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq; global using System.Net.Http; global using System.Threading; global using System.Threading.Tasks;";

    private static readonly CSharpParseOptions Parsing = CSharpParseOptions.Default.WithLanguageVersion(LanguageVersion.Latest);
    private static readonly Lazy<MetadataReference[]> References = new(() =>
    [
        .. new[] { Path.GetDirectoryName(typeof(object).Assembly.Location)!, AppContext.BaseDirectory }
            .SelectMany(folder => Directory.GetFiles(folder, "*.dll")).DistinctBy(Path.GetFileName).Where(IsManaged).Select(file => MetadataReference.CreateFromFile(file)),
    ]);

    /// <summary>Errors and warnings of a program of one file, as <c>dotnet run FILE</c> would compile it.</summary>
    public static IReadOnlyList<string> Program(string name, string source) =>
        Diagnostics([(name, string.Join('\n', source.Split('\n').Select(line => line.StartsWith("#:", StringComparison.Ordinal) ? "" : line)))], OutputKind.ConsoleApplication);

    /// <summary>Errors and warnings of several files together.</summary>
    public static IReadOnlyList<string> Library(IEnumerable<(string Name, string Source)> files) => Diagnostics(files, OutputKind.DynamicallyLinkedLibrary);

    private static IReadOnlyList<string> Diagnostics(IEnumerable<(string Name, string Source)> files, OutputKind kind)
    {
        var options = new CSharpCompilationOptions(kind, nullableContextOptions: NullableContextOptions.Enable, warningLevel: 9999);
        var trees = files.Prepend(("usings", ImplicitUsings)).Select(file => CSharpSyntaxTree.ParseText(file.Item2, Parsing, file.Item1));
        return [.. CSharpCompilation.Create("compiled", trees, References.Value, options).GetDiagnostics().Where(found => found.Severity >= DiagnosticSeverity.Warning).Select(found => found.ToString())];
    }

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

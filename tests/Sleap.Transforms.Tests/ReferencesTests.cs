using System.Reflection;

namespace Sleap.Transforms.Tests;

public sealed class ReferencesTests
{
    [Fact]
    public void TransformsKnowsPosesAndMlNetAndNoNetwork() =>
        Check(
            typeof(PoseCatalog).Assembly,
            name =>
                name == "Sleap.IO"
                || name == "Microsoft.Data.Analysis"
                || name == "SkiaSharp"
                || name.StartsWith("Microsoft.ML", StringComparison.Ordinal)
        );

    [Fact]
    public void TheLoaderKnowsTheCoreOnly() =>
        Check(Assembly.Load("Sleap.Loaders"), name => name == "Microsoft.ML.Core");

    private static void Check(Assembly assembly, Func<string, bool> allowed)
    {
        string[] names = [.. assembly.GetReferencedAssemblies().Select(reference => reference.Name!)];
        Assert.NotEmpty(names);
        Assert.DoesNotContain(names, name => !allowed(name) && !name.StartsWith("System.", StringComparison.Ordinal));
    }
}

namespace Sleap.Cli.Tests;

/// <summary>Files that are made of the code and kept in the repository, so that a change is seen.</summary>
internal static class Approved
{
    /// <summary>Compares a file with what it should be now; with SLEAP_APPROVE=1 writes it.</summary>
    /// <param name="path">The file, from the root of the clone.</param>
    /// <param name="now">What it should be.</param>
    public static void Check(string path, string now)
    {
        var file = Path.Combine(Cli.Root, path);
        if (Environment.GetEnvironmentVariable("SLEAP_APPROVE") == "1")
        {
            File.WriteAllText(file, now);
            return;
        }
        string[] before = File.Exists(file) ? File.ReadAllLines(file) : [],
            after = now.TrimEnd('\n').Split('\n');
        var (gone, added) = (before.Except(after).ToList(), after.Except(before).ToList());
        var change = string.Join(
            '\n',
            gone.Take(10).Select(line => "- " + line).Concat(added.Take(10).Select(line => "+ " + line))
        );
        Assert.True(
            before.SequenceEqual(after),
            $"{path} is not what the code says now ({gone.Count} lines gone, {added.Count} new):\n{change}\n"
                + "If that is meant: dotnet run build.cs -- approve, and commit the file."
        );
    }
}

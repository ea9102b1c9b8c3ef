namespace Sleap.IO.Tests;

/// <summary>The test assembly as a program: a writer for tests to kill. "write PATH FIRST SECOND" saves two files' labels to PATH in turn, for ever.</summary>
internal static class Program
{
    private static int Main(string[] arguments)
    {
        if (arguments is not ["write", var path, var first, var second])
            return 0;
        Labels[] labels = [Labels.Load(first), Labels.Load(second)];
        for (var i = 0; ; i++)
        {
            labels[i % 2].Save(path);
            if (i == 1)
                Console.WriteLine("writing");
        }
    }
}

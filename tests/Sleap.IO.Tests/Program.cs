using System.Globalization;

namespace Sleap.IO.Tests;

/// <summary>
/// The test assembly as a program. "write PATH FIRST SECOND": a writer for tests to kill, saves two files' labels to PATH in turn, for ever.
/// "mutate SOURCE FOLDER SEED TIMES": reads damaged copies. "watch VIDEO": reads a video slowly, for tests to kill.
/// </summary>
internal static class Program
{
    private static int Main(string[] arguments) => arguments switch
    {
        ["write", var path, var first, var second] => Write(path, first, second),
        ["mutate", var source, var folder, var seed, var times] => Mutator.Run(source, folder, int.Parse(seed, CultureInfo.InvariantCulture), int.Parse(times, CultureInfo.InvariantCulture)),
        ["watch", var video] => Watch(video),
        _ => 0,
    };

    private static int Write(string path, string first, string second)
    {
        Labels[] labels = [Labels.Load(first), Labels.Load(second)];
        for (var i = 0; ; i++)
        {
            labels[i % 2].Save(path);
            if (i == 1)
                Console.WriteLine("writing");
        }
    }

    private static int Watch(string path)
    {
        using var source = Video.FromFile(path).Open();
        source.Read(3);
        Console.WriteLine("watching");
        Thread.Sleep(Timeout.Infinite);
        return 0;
    }
}

using System.Globalization;

namespace Sleap.Studio.Tests;

/// <summary>
/// The test assembly as a program, for tests to kill. "edit PATH EVERY": edits for ever, saves after each EVERY edits
/// (0: never), and prints the number of each edit after it was acknowledged. "fill PATH": edits until the disk is full,
/// then saves, and prints what came of it. "hold PATH": opens a session and waits. "train" and "predict": see
/// <see cref="FakeTool"/>.
/// </summary>
internal static class Program
{
    private static int Main(string[] arguments) =>
        arguments switch
        {
            ["edit", var path, var every] => Edit(path, int.Parse(every, CultureInfo.InvariantCulture)),
            ["fill", var path] => Fill(path),
            ["hold", var path] => Hold(path),
            ["train", .. var words] => FakeTool.Train(words),
            ["predict", .. var words] => FakeTool.Predict(words),
            _ => 0,
        };

    /// <summary>The edit of a number: it sets one point to it, so that the file tells which edits are in it.</summary>
    public static EditCommand EditOf(int number) => new SetPoint(1, 7, 0, 0, new PlacedPoint(number, number));

    private static int Edit(string path, int every)
    {
        using var session = EditSession.Open(path);
        if (session.Pending is not null)
            session.Restore();
        var number = (int)session.State.Frame(new FrameKey(1, 7))!.Instances[0].Points[0].X;
        Console.WriteLine("started");
        while (true)
        {
            session.Apply(EditOf(++number));
            Console.WriteLine(number);
            if (every > 0 && number % every == 0)
                session.Save();
        }
    }

    private static int Fill(string path)
    {
        using var session = EditSession.Open(path);
        var number = 0;
        try
        {
            while (number < 10_000)
            {
                session.Apply(EditOf(number + 1));
                number++;
            }
        }
        catch (EditException fault)
        {
            Console.WriteLine($"{number} {fault.Fault}");
        }

        var x = session.State.Frame(new FrameKey(1, 7))!.Instances[0].Points[0].X;
        Console.WriteLine(x.ToString(CultureInfo.InvariantCulture));
        try
        {
            session.Save();
            Console.WriteLine("saved");
        }
        catch (SaveException fault)
        {
            Console.WriteLine(fault.Fault);
        }

        return 0;
    }

    private static int Hold(string path)
    {
        using var session = EditSession.Open(path);
        Console.WriteLine(session.ReadOnlyBecause ?? "held");
        Thread.Sleep(Timeout.Infinite);
        return 0;
    }
}

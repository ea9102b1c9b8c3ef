namespace Sleap.IO;

/// <summary>A file cannot be read, or not be written as asked: names the file, the place in it and the cause.</summary>
public sealed class PoseFormatException : FormatException
{
    // A name in a file can be as long as the file.
    private const int MaxCause = 4000;
    private const int MaxPlace = 240;

    /// <summary>Makes the exception; the message is put together from the parts.</summary>
    /// <param name="file">Path of the file.</param>
    /// <param name="dataset">Dataset, column, key or line in the file, or null when the file as a whole is
    /// meant.</param>
    /// <param name="cause">What is wrong and what was expected.</param>
    /// <param name="innerException">What was thrown below, or null.</param>
    public PoseFormatException(string file, string? dataset, string cause, Exception? innerException = null)
        : base(
            dataset is null
                ? $"{file}: {Cut(cause, MaxCause)}"
                : $"{file}, {Cut(dataset, MaxPlace)}: {Cut(cause, MaxCause)}",
            innerException
        )
    {
        File = file;
        Dataset = dataset is null ? null : Cut(dataset, MaxPlace);
        Cause = Cut(cause, MaxCause);
    }

    /// <summary>Path of the file.</summary>
    public string File { get; }

    /// <summary>Makes what a file describes; what the constructor refuses is a fault of the file.</summary>
    /// <exception cref="PoseFormatException">The constructor refused it; the place in the file is named.</exception>
    internal static T Naming<T>(string file, string? place, Func<T> make)
    {
        try
        {
            return make();
        }
        catch (ArgumentException fault)
        {
            throw new PoseFormatException(file, place, fault.Message, fault);
        }
    }

    /// <summary>Dataset, column, key or line, or null when the file as a whole is meant.</summary>
    public string? Dataset { get; }

    /// <summary>What is wrong and what was expected.</summary>
    public string Cause { get; }

    private static string Cut(string text, int most) => text.Length <= most ? text : text[..most] + "...";
}

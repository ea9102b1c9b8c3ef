using System.Text.Json.Nodes;

namespace Sleap.IO;

/// <summary>
/// A file that frames are written to as they come. Disposing without finishing leaves nothing behind.
/// </summary>
internal interface ILabelsSink : IDisposable
{
    /// <summary>Adds a frame.</summary>
    /// <exception cref="IOException">The disk is full. The frame and those before it are kept for <see cref="Finish"/>,
    /// and no more can be added.</exception>
    void Add(LabeledFrame frame);

    /// <summary>Puts the file in its place; gives back what the format could not hold.</summary>
    IReadOnlyList<string> Finish(JsonObject provenance);
}

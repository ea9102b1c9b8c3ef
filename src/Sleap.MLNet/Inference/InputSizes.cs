using System.Collections.Concurrent;

namespace Sleap.MLNet;

/// <summary>
/// How frames reach a network: all matched to one size, or where the model leaves that open, to the first frame's. Safe
/// to use from several threads.
/// </summary>
internal sealed class InputSizes((int Height, int Width) frame, NetworkOptions options)
{
    private readonly ConcurrentDictionary<(int Height, int Width), InputFrames> _frames = new();

    /// <summary>The way for a pass whose first frame is of this size.</summary>
    public InputFrames For(int height, int width) =>
        _frames.GetOrAdd(
            frame == PoseModelTransformer.AnySize ? (height, width) : frame,
            size => new InputFrames(
                size.Height,
                size.Width,
                options.Scale,
                options.Backbone.MaxStride,
                options.Backbone.InChannels
            )
        );
}

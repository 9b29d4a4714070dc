// Stands for what is left out of the editor; whoever asks for it is told so.
export default {};

import { a } from "./parts.js";
export default () => ({});
